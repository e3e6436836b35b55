"""The code of one instruction after the other, each with what hands it back where it may not be done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Exit,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import FP, AluOp, CallKind, ImmKind
from vm.jit.guarded import access
from vm.jit.guarded.access import ARENA_BASE, REFUSED
from vm.jit.guarded.arena import CTX_BASE, CTX_WORDS, FRAME_POINTER
from vm.jit.guarded.batch import words_of
from vm.jit.guarded.calls import Calls
from vm.jit.guarded.helpers import NATIVE_HELPERS, Helpers
from vm.jit.guarded.known import Facts, Known, facts, unknown
from vm.jit.guarded.shape import NO_SHAPE, InsnShape, shape_of, sum_of
from vm.jit.guarded.sheet import Sheet
from vm.jit.guarded.strided import Strided
from vm.jit.guarded.stubs import Stubs
from vm.jit.guarded.surroundings import Surroundings, place
from vm.jit.lower.control import CONDITIONS
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond
from vm.memory.region import WINDOW_BITS

_MAPS: Final = (ImmKind.MAP_FD, ImmKind.MAP_IDX)
_FRAME_POINTER: Final = Reg(FP)


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
        self._shapes = [NO_SHAPE if insn is None else shape_of(insn) for insn in insns]
        self._has_calls = any(shape.local_call for shape in self._shapes)
        self.frame_kept = not any(shape.writes_frame for shape in self._shapes)
        """Whether r10 never changes: its register then holds the frame's place in the runner."""
        budgets = self._has_calls and any(shape.may_goto for shape in self._shapes)
        self._calls_natively = self._has_calls and self.frame_kept and not budgets
        self._facts = self._known()
        self.stubs = Stubs(sheet, Strided(sheet) if around.maps else None)
        self.helpers, self.calls = Helpers(sheet, around), Calls(sheet)
        self._flags: tuple[int, int] | None = None
        self._last = self._done = -1
        self.written: set[int] = set()
        """Words of frames that stores of known place go to."""

    def _known(self) -> Sequence[Facts]:
        if not self._around.maps and not self._around.context:
            return unknown(len(self._insns), frame_kept=self.frame_kept)
        maps = {
            pc: self._constants[pc]
            for pc, insn in enumerate(self._insns)
            if isinstance(insn, LoadImm64) and insn.kind in _MAPS and pc in self._constants
        }
        return facts(self._insns, maps, self._around.helpers & NATIVE_HELPERS)

    def native(self) -> list[bool]:
        """Of each slot whether there is native code for it at all."""
        kept = self.frame_kept
        return [
            self._is_native(insn, pc) if shape.code is None or (shape.borrows and kept) else True
            for pc, (insn, shape) in enumerate(zip(self._insns, self._shapes, strict=True))
        ]

    def _is_native(self, insn: Instruction | None, pc: int) -> bool:
        shape = self._shapes[pc]
        if shape.never:
            return False
        if self.frame_kept and (shape.borrows or (shape.on_frame and not self._is_safe(insn, pc))):
            return False
        if shape.code is not None:
            return True
        match insn:
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

    def _is_safe(self, insn: Instruction | None, pc: int) -> bool:
        if not isinstance(insn, access.Access):
            return False
        base, _ = access.base_of(insn)
        fact = self._facts[pc][base]
        value_size = self._sizes.get(fact[1], 0) if fact is not None else 0
        return access.is_safe(fact, insn.off, insn.size.bytes, value_size)

    def _leads(self, to: int) -> bool:
        return 0 <= to < len(self._insns) and self._insns[to] is not None

    def write(self, insn: Instruction | None, pc: int, left: int) -> None:
        """Writes the code; ``left`` counts it and those behind it in the block, all paid for."""
        if pc == self._done:
            return
        shape = self._shapes[pc]
        if shape.simple is not None:
            self._sheet.code += shape.simple
        elif shape.code is not None:
            self._arithmetic(insn, pc, shape)
        else:
            _WRITE[type(insn)](self, insn, pc, left)
        self._flags = shape.tells

    def _arithmetic(self, insn: Instruction | None, pc: int, shape: InsnShape) -> None:
        of_frame = self.frame_kept and isinstance(insn, Alu) and insn.src == _FRAME_POINTER
        if shape.copies and not of_frame and pc < self._last and self._shapes[pc + 1].adds:
            both = sum_of(insn, self._insns[pc + 1])
            if both:
                self._done = pc + 1
                self._sheet.code += both
                return
        if of_frame and isinstance(insn, Alu):
            opcode = b"\x8b" if insn.op is AluOp.MOV else b"\x03"
            self._sheet.code += x86.memory(opcode, X86[insn.dst], ARENA_BASE, FRAME_POINTER, wide=True)
        else:
            self._sheet.code += shape.code or b""

    def begin_block(self, last: int) -> None:
        """What is written next: all up to that slot, come to only at the first or behind a jump."""
        self._flags, self._last, self._done = None, last, -1

    def _jump(self, insn: Jump, pc: int, left: int) -> None:
        """The processor's flags tell already whether a register that was just computed is 0."""
        shape = self._shapes[pc]
        if shape.asks is None or shape.asks != self._flags:
            self._sheet.code += shape.compare
        self._sheet.branch(self.stubs.refund(pc + 1 + insn.off, left - 1), CONDITIONS[insn.op])

    def _goto(self, insn: Goto, pc: int, _left: int) -> None:
        self._sheet.branch(pc + 1 + insn.off)

    def _constant(self, insn: LoadImm64, pc: int, _left: int) -> None:
        value = insn.value if insn.kind is ImmKind.VALUE else self._constants[pc]
        self._sheet.code += x86.mov_imm64(X86[insn.dst], value)

    def _access(self, insn: access.Access, pc: int, left: int) -> None:
        sheet, shape = self._sheet, self._shapes[pc]
        base, writes, size = shape.base, shape.writes, shape.size
        fact = self._facts[pc][base]
        if not writes and fact == (Known.CONTEXT, 0) and (insn.off, size) in self._context:
            self._load_context(insn, pc, left)
            return
        safe = fact is not None and self._is_safe(insn, pc)
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
            sheet.code += shape.check
            sheet.branch(self.stubs.access(pc, left, insn), REFUSED)
            if writes:
                sheet.code += access.MARK
            self.stubs.back_here()
        sheet.code += shape.do

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
