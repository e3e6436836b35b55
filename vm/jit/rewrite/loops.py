"""bpf_loop: where the function it calls is known and the flags are 0, a loop stands in place of the call.

r6 to r8 hold how often, the count and what the function is given; theirs wait below the function's stack.
"""

from collections.abc import Iterator

from vm.instruction import Alu, Call, Goto, Imm, Jump, Load, MayGoto, Reg, Store
from vm.isa import FP, AluOp, CallKind, JumpOp, Size
from vm.jit.program import Insn
from vm.jit.proof import Proof
from vm.jit.rewrite.draft import Draft, Node, Patch
from vm.program import Program

MOST_TURNS = 1 << 23
"""More are refused (BPF_MAX_LOOPS), with E2BIG."""
_E2BIG = 7
_TURNS, _COUNT, _GIVEN = _KEPT = (6, 7, 8)
_WORD = 8
_BUDGET = 16
"""Bytes of stack for the count and the time of ``may_goto``, which lie below those of a loop."""


def write_loops(draft: Draft, program: Program, proof: Proof) -> None:
    """Puts loops in place of the calls that ``proof.loops`` has."""
    if not proof.loops:
        return
    at = {node.origin: node for node in draft}
    patches: dict[Node, Patch] = {}
    for pc, callback in proof.loops.items():
        code = _loop(-_depth(pc, program, proof))
        call = next(n for n, insn in enumerate(code) if isinstance(insn, Call))
        patches[at[pc]] = Patch(code, {call: at[callback]})
    draft.replace(patches)


def _depth(pc: int, program: Program, proof: Proof) -> int:
    """How far the three words reach below the frame pointer of the function around ``pc``."""
    starts = sorted(proof.depths)
    start = max(start for start in starts if start <= pc)
    end = min((other for other in starts if other > start), default=len(program.insns))
    body = (program.insns[at] for at in range(start, end) if at in proof.seen)
    spends = any(isinstance(insn, MayGoto) and insn.off for insn in body)
    return proof.depths[start] - _BUDGET * spends


def _loop(lowest: int) -> tuple[Insn, ...]:
    """``lowest`` is where r6 waits, from the frame pointer. The call's distance is not yet there."""
    head = tuple(_before(lowest))
    body = (
        Jump(JumpOp.JGE, 64, _COUNT, Reg(_TURNS), 5),
        Alu(AluOp.MOV, 64, 1, Reg(_COUNT)),
        Alu(AluOp.MOV, 64, 2, Reg(_GIVEN)),
        Call(CallKind.LOCAL, 0),
        Alu(AluOp.ADD, 64, _COUNT, Imm(1)),
        Jump(JumpOp.JEQ, 64, 0, Imm(0), -6),
        Alu(AluOp.MOV, 64, 0, Reg(_COUNT)),
    )
    back = tuple(Load(Size.DW, reg, FP, lowest + _WORD * n) for n, reg in enumerate(_KEPT))
    turns = (*head, *body, *back)
    return (
        Jump(JumpOp.JLE, 64, 1, Imm(MOST_TURNS), 2),
        Alu(AluOp.MOV, 32, 0, Imm(-_E2BIG)),
        Goto(len(turns)),
        *turns,
    )


def _before(lowest: int) -> Iterator[Insn]:
    for n, reg in enumerate(_KEPT):
        yield Store(Size.DW, FP, lowest + _WORD * n, Reg(reg))
    yield Alu(AluOp.MOV, 64, _TURNS, Reg(1))
    yield Alu(AluOp.MOV, 32, _COUNT, Imm(0))
    yield Alu(AluOp.MOV, 64, _GIVEN, Reg(3))
