"""The stack all functions of a chain of calls need together (check_max_stack_depth)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vm.instruction import Call, LoadImm64, MayGoto
from vm.isa import STACK_SIZE, CallKind, ImmKind
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType as P
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.rejection import Rejected

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_ROUND: Final = 16
_TAIL_CALL_LIMIT: Final = 256
_PRIVATE_TYPES: Final = frozenset({P.KPROBE, P.TRACEPOINT, P.PERF_EVENT, P.RAW_TRACEPOINT})
"""Program types whose functions may have stacks of their own, outside of the kernel's."""
_PRIVATE_LEAST: Final = 64
"""Functions that need less stay on the kernel's stack (BPF_PRIV_STACK_MIN_SIZE)."""


def check_stack_depth(walk: "Walk") -> None:
    """Refuses chains of calls that need more than 512 bytes. The JIT rounds each frame up to 16."""
    if len(walk.subprogs) == 1 and walk.stack_depths[0] <= STACK_SIZE:
        return
    bounds = (*walk.subprogs, len(walk.insns))
    calls: list[list[int]] = []
    tail = []
    for index in range(len(walk.subprogs)):
        body = range(bounds[index], bounds[index + 1])
        calls.append([found for pc in body if (found := _callee(walk, pc)) is not None])
        tail.append(any(_is_tail_call(walk, pc) for pc in body))
    sizes = [-(-depth // _ROUND) * _ROUND for depth in walk.stack_depths]
    private = not any(tail) and walk.program.prog_type in _PRIVATE_TYPES
    stack: list[tuple[int, int, int]] = [(0, 0, 0)]
    seen: set[tuple[int, int, int]] = set()
    while stack:
        subprog, before, frames = stack.pop()
        if (subprog, before, frames) in seen:
            continue
        seen.add((subprog, before, frames))
        if subprog and before >= _TAIL_CALL_LIMIT and tail[subprog]:
            raise Rejected(CORE_RULES["tail-call-stack"], walk.subprogs[subprog], size=before)
        own = private and sizes[subprog] >= _PRIVATE_LEAST
        total = before if own else before + sizes[subprog]
        if total > STACK_SIZE:
            raise Rejected(
                CORE_RULES["stack-too-large"], walk.subprogs[subprog], frames=frames + 1, size=total
            )
        stack.extend((callee, total, frames + 1) for callee in reversed(calls[subprog]))


def with_loops(walk: "Walk", depth: int, body: Sequence[int]) -> int:
    """The stack of a function in the end, ``body`` the slots of it that stay.

    Loops put in place of a bpf_loop keep three registers there, may_goto a count and a time.
    """
    inline = any(pc in walk.aux and walk.aux[pc].facts.get("inline") for pc in body)
    if inline:
        depth = -(-depth // 8) * 8 + 3 * 8
    insns = (walk.insns[pc] for pc in body)
    return depth + 16 * any(isinstance(insn, MayGoto) and insn.off != 0 for insn in insns)


def _callee(walk: "Walk", pc: int) -> int | None:
    match walk.insns[pc]:
        case Call(kind=CallKind.LOCAL, imm=imm) | LoadImm64(kind=ImmKind.FUNC, imm=imm):
            return walk.subprogs.index(pc + 1 + imm)
        case _:
            return None


def _is_tail_call(walk: "Walk", pc: int) -> bool:
    insn = walk.insns[pc]
    return isinstance(insn, Call) and insn.kind is CallKind.HELPER and insn.imm == HelperId.TAIL_CALL
