"""What Linux makes of an accepted program before it compiles it, in Linux's order.

Loops replace calls of bpf_loop; dead code goes; context fields get their real places; divisions their
checks; legacy loads, ``may_goto`` and some helper calls become plain instructions (kernel/bpf/verifier.c,
Linux 6.18, as its dumps show).
"""

from collections.abc import Mapping

from vm.instruction import Alu, Atomic, Call, Load, LoadPacket, MayGoto
from vm.isa import CallKind
from vm.jit.arch import Arch
from vm.jit.program import Insn, ProbedLoad, Rewritten, TailCall
from vm.jit.proof import Proof
from vm.jit.rewrite.budget import count_down, start_count
from vm.jit.rewrite.calls import written_out
from vm.jit.rewrite.counting import counting_functions
from vm.jit.rewrite.dead import remove_dead
from vm.jit.rewrite.division import checked_division
from vm.jit.rewrite.draft import Draft, Node, Patch
from vm.jit.rewrite.exchange import exchanged
from vm.jit.rewrite.fields import convert_fields
from vm.jit.rewrite.legacy import load_by_call
from vm.jit.rewrite.loops import write_loops
from vm.program import Program
from vm.uapi.helper_ids import HelperId

__all__ = ["rewrite"]


def rewrite(program: Program, proof: Proof, arch: Arch = Arch.X86_64) -> Rewritten:
    """The program as the compiler for a machine gets it; ``proof`` is the verifier's."""
    draft = Draft(program)
    write_loops(draft, program, proof)
    remove_dead(draft, proof)
    convert_fields(draft, program, proof)
    draft.replace(
        {
            node: Patch(made)
            for node in draft
            if type(node.insn) in _REWRITTEN and (made := _made(node, program, proof, arch)) is not None
        }
    )
    _spend_budgets(draft, proof.depths)
    return draft.finish(proof.depths, counting_functions(program))


_REWRITTEN = frozenset({Alu, Load, LoadPacket, Atomic, Call})


def _made(node: Node, program: Program, proof: Proof, arch: Arch) -> tuple[Insn, ...] | None:
    match node.insn:
        case Alu() as insn:
            return checked_division(insn)
        case LoadPacket() as insn:
            return load_by_call(insn)
        case Load() as insn:
            return (ProbedLoad(insn),) if node.origin in proof.probed else None
        case Atomic() as insn:
            return exchanged(insn, node.origin, program, proof)
        case Call(CallKind.HELPER, HelperId.TAIL_CALL):
            return (TailCall(node.origin in proof.direct),)
        case Call(CallKind.HELPER, helper):
            return written_out(helper, proof.maps.get(node.origin), arch)
        case _:
            return None


def _spend_budgets(draft: Draft, depths: Mapping[int, int]) -> None:
    """Starts the count of each function with ``may_goto``, for which its stack has room, and counts down."""
    if not any(isinstance(node.insn, MayGoto) for node in draft):
        return
    starts = sorted(depths) or [0]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        nodes = [node for node in draft if node.origin >= start and (end is None or node.origin < end)]
        waiting = [node for node in nodes if isinstance(node.insn, MayGoto)]
        if not waiting:
            continue
        depth = depths.get(start, 0)
        draft.replace({node: Patch(count_down(depth), {1: node.to}) for node in waiting})
        begin, begun = draft.find(nodes[0]), start_count(depth)
        draft.replace({begin: Patch((*begun, begin.insn), {len(begun): begin.to})})
