"""The code of one instruction after the other, each with what hands it back where it may not be done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import FP, AluOp, CallKind, ImmKind, JumpOp
from vm.jit.guarded import access
from vm.jit.guarded.access import ARENA_BASE, REFUSED
from vm.jit.guarded.arena import CTX_BASE, CTX_WORDS, FRAME_POINTER
from vm.jit.guarded.batch import words_of
from vm.jit.guarded.calls import Calls
from vm.jit.guarded.helpers import NATIVE_HELPERS, Helpers
from vm.jit.guarded.known import Facts, Known, facts, registers_exist, unknown, writes_frame_pointer
from vm.jit.guarded.sheet import Sheet
from vm.jit.guarded.strided import Strided
from vm.jit.guarded.stubs import Stubs
from vm.jit.guarded.surroundings import Surroundings, place
from vm.jit.layout import lay_out
from vm.jit.lower import lower
from vm.jit.lower.control import CONDITIONS
from vm.jit.piece import Emit, Lowered
from vm.jit.registers import X86
from vm.jit.rewrite.division import checked_division
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond
from vm.memory.region import WINDOW_BITS

_MAPS: Final = (ImmKind.MAP_FD, ImmKind.MAP_IDX)
_TELL_ZERO: Final = (AluOp.ADD, AluOp.SUB, AluOp.AND, AluOp.OR, AluOp.XOR)
_FRAME_POINTER: Final = Reg(FP)
_SHIFTS: Final = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)
_DIVISIONS: Final = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)


class Body:
    """Writes instructions. Without ``ends`` the program's exit is handed back."""

    def __init__(
        self, sheet: Sheet, insns: Sequence[Instruction | None], around: Surroundings, *, ends: bool
    ) -> None:
        self._sheet, self._insns, self._around, self._ends = sheet, insns, around, ends
        self._constants = dict(around.constants)
        self._context = {load: n for n, load in enumerate(around.context)}
        self._sizes = {plan.address: plan.value_size for plan in around.maps}
        self._windows = {plan.address: place(plan.values) >> WINDOW_BITS for plan in around.maps}
        self._has_calls = any(isinstance(insn, Call) and insn.kind is CallKind.LOCAL for insn in insns)
        self.frame_kept = not any(map(writes_frame_pointer, insns))
        """Whether r10 never changes: its register then holds the frame's place in the runner."""
        budgets = any(isinstance(insn, MayGoto) for insn in insns)
        self._calls_natively = self._has_calls and self.frame_kept and not budgets
        self._facts = self._known()
        self.stubs = Stubs(sheet, Strided(sheet) if around.maps else None)
        self.helpers, self.calls = Helpers(sheet, around), Calls(sheet)
        self._flags: tuple[int, int] | None = None
        self._following: dict[int, int] = {}
        self._done: int | None = None
        self.written: set[int] = set()
        """Words of frames that stores of known place go to."""

    def _known(self) -> Sequence[Facts]:
        if not self._around.maps and not self._around.context:
            return unknown(self._insns)
        maps = {
            pc: self._constants[pc]
            for pc, insn in enumerate(self._insns)
            if isinstance(insn, LoadImm64) and insn.kind in _MAPS and pc in self._constants
        }
        return facts(self._insns, maps, self._around.helpers & NATIVE_HELPERS)

    def is_native(self, insn: Instruction, pc: int) -> bool:
        """Whether there is native code for it at all."""
        if not registers_exist(insn) or (self.frame_kept and self._reads_frame(insn, pc)):
            return False
        match insn:
            case Alu(op, src=Imm(0)) if op in _DIVISIONS:
                return False
            case Jump() | Goto():
                return self._leads(pc + 1 + insn.off)
            case LoadImm64():
                return insn.kind is ImmKind.VALUE or pc in self._constants
            case Call(CallKind.LOCAL, imm):
                return self._calls_natively and self._leads(pc + 1 + imm)
            case Call(CallKind.HELPER, imm):
                return self.helpers.answers(imm, self._facts[pc])
            case Call():
                return False
            case Exit():
                return self._calls_natively if self._has_calls else self._ends
            case _:
                return type(insn) in _WRITE

    def _reads_frame(self, insn: Instruction, pc: int) -> bool:
        """Whether it reads r10 in a way there is no code for, where its register does not hold r10."""
        match insn:
            case Alu(AluOp.MOV | AluOp.ADD, 64, _, Reg(n)) if n == FP:
                return False
            case Load(src=base) | LoadAcquire(src=base):
                return base == FP and not self._is_safe(insn, pc)
            case Store(dst=base, src=source):
                return source == Reg(FP) or (base == FP and not self._is_safe(insn, pc))
            case StoreRelease(dst=base, src=src) | Atomic(dst=base, src=src):
                return src == FP or (base == FP and not self._is_safe(insn, pc))
            case Alu(src=src):
                return src == Reg(FP)
            case Jump(dst=dst, src=src):
                return dst == FP or src == Reg(FP)
            case _:
                return False

    def _is_safe(self, insn: access.Access, pc: int) -> bool:
        base, _ = access.base_of(insn)
        fact = self._facts[pc][base]
        value_size = self._sizes.get(fact[1], 0) if fact is not None else 0
        return access.is_safe(fact, insn.off, insn.size.bytes, value_size)

    def _leads(self, to: int) -> bool:
        return 0 <= to < len(self._insns) and self._insns[to] is not None

    def write(self, insn: Instruction, pc: int, left: int) -> None:
        """Writes the code; ``left`` counts it and those behind it in the block, all paid for."""
        if pc == self._done:
            return
        _WRITE[type(insn)](self, insn, pc, left)
        self._flags = _flags_of(insn)

    def _plain(self, insn: Alu | Neg | Endian, pc: int, _left: int) -> None:
        following = self._following.get(pc)
        both = _sum(insn, self._insns[following]) if following is not None else b""
        if both and not (self.frame_kept and isinstance(insn, Alu) and insn.src == _FRAME_POINTER):
            self._done = following
            self._sheet.code += both
        elif self.frame_kept and isinstance(insn, Alu) and insn.src == _FRAME_POINTER:
            opcode = b"\x8b" if insn.op is AluOp.MOV else b"\x03"
            self._sheet.code += x86.memory(opcode, X86[insn.dst], ARENA_BASE, FRAME_POINTER, wide=True)
        else:
            self._sheet.code += _bytes(insn)

    def begin_block(self, members: Sequence[int]) -> None:
        """What is written next: these slots in a row, come to only at the first or behind a jump."""
        self._flags = None
        self._following = dict(pairwise(members))
        self._done = None

    def _jump(self, insn: Jump, pc: int, left: int) -> None:
        """The processor's flags tell already whether a register that was just computed is 0."""
        compare, *_ = lower(insn, pc)
        tells = self._flags == (insn.dst, insn.bits) and insn.src == Imm(0)
        if isinstance(compare, Emit) and not (tells and insn.op in (JumpOp.JEQ, JumpOp.JNE)):
            self._sheet.code += compare.code
        self._sheet.branch(self.stubs.refund(pc + 1 + insn.off, left - 1), CONDITIONS[insn.op])

    def _goto(self, insn: Goto, pc: int, _left: int) -> None:
        self._sheet.branch(pc + 1 + insn.off)

    def _constant(self, insn: LoadImm64, pc: int, _left: int) -> None:
        value = insn.value if insn.kind is ImmKind.VALUE else self._constants[pc]
        self._sheet.code += x86.mov_imm64(X86[insn.dst], value)

    def _access(self, insn: access.Access, pc: int, left: int) -> None:
        sheet, (base, writes), size = self._sheet, access.base_of(insn), insn.size.bytes
        fact = self._facts[pc][base]
        if not writes and fact == (Known.CONTEXT, 0) and (insn.off, size) in self._context:
            self._load_context(insn, pc, left)
            return
        safe = self._is_safe(insn, pc)
        if safe and fact is not None and fact[0] is Known.FRAME:
            if writes:
                self.written |= words_of(fact[1] + insn.off, size)
            if self.frame_kept:
                sheet.code += access.operate(insn, fact[1] + insn.off)
                return
        elif safe and fact is not None:
            if writes:
                sheet.code += access.mark_window(self._windows[fact[1]])
        elif pc in self._around.proved:
            if writes:
                sheet.code += access.mark_unchecked(base, insn.off)
        elif not safe:
            sheet.code += access.check(base, insn.off, size, writes)
            back = sheet.label()
            sheet.branch(self.stubs.access(pc, left, insn, back), REFUSED)
            if writes:
                sheet.code += access.MARK
            sheet.here(back)
        sheet.code += access.low_half(base, insn.off) + access.operate(insn)

    def _load_context(self, insn: access.Access, pc: int, left: int) -> None:
        """The register holds the context's address unless the program was not begun with it."""
        sheet, (base, _) = self._sheet, access.base_of(insn)
        word = CTX_WORDS + 8 * self._context[insn.off, insn.size.bytes]
        if pc not in self._around.proved:
            sheet.code += x86.memory(b"\x3b", X86[base], ARENA_BASE, CTX_BASE, wide=True)
            sheet.branch(self.stubs.hand_back(pc, left), Cond.NE)
        sheet.code += x86.memory(b"\x8b", X86[insn.dst], ARENA_BASE, word, wide=True)

    def _call(self, insn: Call, pc: int, left: int) -> None:
        refused = self.stubs.hand_back(pc, left)
        if insn.kind is CallKind.LOCAL:
            self.calls.call(pc + 1 + insn.imm, pc + 1, refused)
        else:
            self.helpers.call(insn.imm, self._facts[pc], refused)

    def _exit(self, _insn: Exit, pc: int, left: int) -> None:
        main = self.stubs.end(pc, left)
        if self._has_calls:
            self.calls.exit(self.stubs.hand_back(pc, left), main)
        else:
            self._sheet.branch(main)


_WRITE: Final[Mapping[type, Callable[[Body, Any, int, int], None]]] = {
    Alu: Body._plain,
    Neg: Body._plain,
    Endian: Body._plain,
    Jump: Body._jump,
    Goto: Body._goto,
    LoadImm64: Body._constant,
    Load: Body._access,
    LoadAcquire: Body._access,
    Store: Body._access,
    StoreRelease: Body._access,
    Atomic: Body._access,
    Call: Body._call,
    Exit: Body._exit,
}


def _flags_of(insn: Instruction) -> tuple[int, int] | None:
    """The register, and how many bits of it, that the zero flag tells about behind the instruction."""
    return (insn.dst, insn.bits) if isinstance(insn, Alu) and insn.op in _TELL_ZERO else None


@lru_cache(maxsize=8192)
def _sum(insn: Instruction, following: Instruction | None) -> bytes:
    """A copy and an addition of a constant in one; nothing where they are not that."""
    match insn, following:
        case Alu(AluOp.MOV, 64, dst, Reg(src)), Alu(AluOp.ADD | AluOp.SUB as op, 64, to, Imm(value)):
            by = value if op is AluOp.ADD else -value
            if dst == to and by < 1 << 31:
                return x86.memory(b"\x8d", X86[dst], X86[src], by, wide=True)
        case _:
            pass
    return b""


@lru_cache(maxsize=16384)
def _bytes(insn: Alu | Neg | Endian) -> bytes:
    """Division with its checks; a shift by a constant with the count masked, as eBPF has it."""
    if isinstance(insn, Alu):
        checked = checked_division(insn)
        if checked is not None:
            parts: list[tuple[int | None, Lowered]] = [(n, lower(part, n)) for n, part in enumerate(checked)]
            return lay_out([*parts, (len(parts), ())], ()).code
        if insn.op in _SHIFTS and isinstance(insn.src, Imm):
            insn = replace(insn, src=Imm(insn.src.value & (insn.bits - 1)))
    return b"".join(piece.code for piece in lower(insn, 0) if isinstance(piece, Emit))
