"""Code that no path reaches goes, and branches that always go one way become plain jumps or nothing."""

from vm.instruction import Goto, Jump, MayGoto, width
from vm.jit.proof import Proof
from vm.jit.rewrite.draft import Draft, Node


def remove_dead(draft: Draft, proof: Proof) -> None:
    """First the branches, then what is left unreached, then jumps to the next instruction, as Linux does."""
    _decide_branches(draft, proof)
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


def _remove_nops(draft: Draft) -> None:
    """One pass from the start; a jump that leads over removed ones only was judged before they went."""
    at = 0
    while at < len(draft.nodes):
        node = draft.nodes[at]
        following = draft.nodes[at + 1] if at + 1 < len(draft.nodes) else None
        if isinstance(node.insn, Goto | MayGoto) and _leads_to(draft, node, following):
            draft.remove([node])
            at -= isinstance(node.insn, MayGoto) and at > 0
        else:
            at += 1


def _leads_to(draft: Draft, node: Node, following: Node | None) -> bool:
    """Whether the jump goes to what follows; a branch decided to be nothing has no target left."""
    return node.to is None or draft.find(node.to) is following
