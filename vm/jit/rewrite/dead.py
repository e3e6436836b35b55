"""Code that no path reaches goes, and branches that always go one way become plain jumps or nothing."""

from vm.instruction import Call, Goto, Jump, LoadImm64, MayGoto, width
from vm.jit.program import KernelAddress, KernelCall
from vm.jit.proof import Proof
from vm.jit.rewrite.draft import Draft, Node

GONE = "a function that is never called"


def remove_dead(draft: Draft, proof: Proof) -> None:
    """First the branches, then what is left unreached, then jumps to the next instruction, as Linux does."""
    _decide_branches(draft, proof)
    _lose_functions(draft, proof)
    draft.remove([node for node in draft if node.origin not in proof.seen])
    _remove_nops(draft)


def _decide_branches(draft: Draft, proof: Proof) -> None:
    for node in draft:
        if not isinstance(node.insn, Jump | MayGoto) or node.to is None:
            continue
        if node.origin + width(node.insn) not in proof.seen:
            node.insn = Goto(node.insn.off)
        elif node.to.origin not in proof.seen:
            node.insn, node.to = Goto(0), None


def _lose_functions(draft: Draft, proof: Proof) -> None:
    """A loop that never turns still names its function, which goes: what is left leads nowhere known."""
    for node in draft:
        if node.to is None or node.to.origin in proof.seen or node.origin not in proof.seen:
            continue
        if isinstance(node.insn, LoadImm64):
            node.insn, node.to = KernelAddress(node.insn.dst, GONE), None
        elif isinstance(node.insn, Call):
            node.insn, node.to = KernelCall(GONE), None


_PLAIN_JUMPS = (Goto, MayGoto)


def _remove_nops(draft: Draft) -> None:
    """One pass from the start; a jump that leads over removed ones only was judged before they went.

    Behind a removed ``may_goto`` the instruction before it is judged again.
    """
    kept: list[Node] = []
    for node, following in zip(draft.nodes, [*draft.nodes[1:], None], strict=True):
        kept.append(node)
        while kept and type(kept[-1].insn) in _PLAIN_JUMPS and _is_nop(draft, kept[-1], following):
            gone = kept.pop()
            draft.forward(gone, following)
            if not isinstance(gone.insn, MayGoto):
                break
    draft.nodes = kept


def _is_nop(draft: Draft, node: Node, following: Node | None) -> bool:
    """Whether it is a jump to what follows. A branch decided to be nothing has no target left."""
    return node.to is None or draft.find(node.to) is following
