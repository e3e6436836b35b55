"""A program's guarded code: blocks that pay before they run, and stubs that hand instructions back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vm.instruction import (
    Alu,
    Atomic,
    Endian,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Store,
    StoreRelease,
    width,
)
from vm.isa import FP, AluOp, ImmKind
from vm.jit.guarded.access import ARENA_BASE, Access
from vm.jit.guarded.arena import FUEL, STATE, STOPPED_AT
from vm.jit.layout import Row, lay_out
from vm.jit.lower import lower
from vm.jit.piece import Branch, Emit, Lowered, Piece
from vm.jit.registers import X86
from vm.jit.rewrite.division import checked_division
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import RET, Cond, Group, Reg

FUEL_REG = Reg.R9
_SAVED = (Reg.RBX, Reg.RBP, Reg.R12, Reg.R13, Reg.R14, Reg.R15)
_MAY_END_A_BLOCK = (Jump, Goto)
_SHIFTS = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)


@dataclass(frozen=True, slots=True)
class GuardedCode:
    """The bytes, where the code of each block begins, and what was made of which slot.

    The first ``start`` bytes are called with the arena in rdi and the address to go on at in rsi.
    """

    code: bytes
    entries: Mapping[int, int]
    rows: tuple[Row, ...]


def compile_guarded(
    insns: Sequence[Instruction | None], constants: Mapping[int, int], proved: frozenset[int] = frozenset()
) -> GuardedCode:
    """Code for the slots of one program.

    ``constants`` gives the value of each ld_imm64 that is no number; those it lacks are handed back. Accesses
    at ``proved`` slots go unchecked: they stay within the arena, whatever the proof is worth.
    """
    return _Compiler(insns, constants, proved).compile()


class _Compiler:
    def __init__(
        self, insns: Sequence[Instruction | None], constants: Mapping[int, int], proved: frozenset[int]
    ) -> None:
        self._insns = insns
        self._constants = constants
        self._access = Access(
            frame_is_safe=not any(_writes_frame_pointer(insn) for insn in insns), proved=proved
        )
        self._stubs: list[tuple[int, Lowered]] = []
        self._next = len(insns) + 1
        self._stop = self._new_slot()

    def _new_slot(self) -> int:
        """The number of a place behind the program's own slots."""
        self._next += 1
        return self._next - 1

    def compile(self) -> GuardedCode:
        leaders = self._leaders()
        sources: list[tuple[int | None, Sequence[Piece]]] = [(None, (Emit(_entry()),))]
        for start, end in _blocks(leaders, len(self._insns)):
            sources += self._block(start, end)
        sources.append((len(self._insns), self._hand_back(len(self._insns), 0)))
        sources += self._stubs
        sources.append((self._stop, (Emit(_exit()),)))
        laid = lay_out(sources, ())
        starts = {row.slot: row.start for row in laid.rows}
        return GuardedCode(laid.code, {pc: starts[pc] for pc in leaders}, laid.rows)

    def _leaders(self) -> set[int]:
        """Where blocks begin: the start, targets of jumps, behind a jump or what is handed back."""
        found = {0}
        for pc, insn in enumerate(self._insns):
            if insn is None:
                continue
            if isinstance(insn, _MAY_END_A_BLOCK) and 0 <= pc + 1 + insn.off < len(self._insns):
                found.add(pc + 1 + insn.off)
            if isinstance(insn, _MAY_END_A_BLOCK) or not self._is_native(insn, pc):
                found.add(pc + width(insn))
        return {pc for pc in found if pc < len(self._insns) and self._insns[pc] is not None}

    def _is_native(self, insn: Instruction, pc: int) -> bool:
        match insn:
            case Alu(op, _, _, Imm(0)) if op in (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD):
                return False
            case LoadImm64(kind=ImmKind.VALUE):
                return True
            case LoadImm64():
                return pc in self._constants
            case Jump() | Goto():
                to = pc + 1 + insn.off
                return 0 <= to < len(self._insns) and self._insns[to] is not None
            case Alu() | Neg() | Endian() | Load() | LoadAcquire() | Store() | StoreRelease() | Atomic():
                return True
            case _:
                return False

    def _block(self, start: int, end: int) -> Iterator[tuple[int | None, Sequence[Piece]]]:
        members = [pc for pc in range(start, end) if self._insns[pc] is not None]
        count = next((n for n, pc in enumerate(members) if not self._native_at(pc)), len(members))
        for n, pc in enumerate(members):
            pay: Lowered = self._pay(start, count) if n == 0 and count else ()
            if n < count:
                yield pc, (*pay, *self._lowered(pc, count - n))
            else:
                yield pc, (*pay, *self._hand_back(pc, 0))

    def _native_at(self, pc: int) -> bool:
        insn = self._insns[pc]
        return insn is not None and self._is_native(insn, pc)

    def _pay(self, start: int, count: int) -> Lowered:
        """Takes the block's price off the fuel; where it is not enough the block is handed back whole."""
        stub = self._new_slot()
        self._stubs.append((stub, self._hand_back(start, count)))
        return Emit(x86.op_imm(Group.SUB, FUEL_REG, count, wide=True)), Branch(stub, Cond.S)

    def _hand_back(self, pc: int, refund: int) -> Lowered:
        """Stops before ``pc``; ``refund`` is what was paid for it and those behind it."""
        paid = x86.op_imm(Group.ADD, FUEL_REG, refund, wide=True) if refund else b""
        return Emit(paid + x86.mov_imm32(Reg.R10, pc, sign_extend=False)), Branch(self._stop)

    def _lowered(self, pc: int, left: int) -> Lowered:
        """The code of an instruction; ``left`` counts it and those behind it in the block, all paid for."""
        insn = self._insns[pc]
        match insn:
            case Load() | LoadAcquire():
                return self._access.load(insn, pc, self._refused(pc, left))
            case Store() | StoreRelease():
                return self._access.store(insn, pc, self._refused(pc, left))
            case Atomic():
                return self._access.atomic(insn, pc, self._refused(pc, left))
            case LoadImm64(dst=dst):
                value = insn.value if insn.kind is ImmKind.VALUE else self._constants[pc]
                return (Emit(x86.mov_imm64(X86[dst], value)),)
            case Alu():
                return (Emit(_arithmetic(insn)),)
            case None:
                return ()
            case _:
                return lower(insn, pc)

    def _refused(self, pc: int, left: int) -> int:
        stub = self._new_slot()
        self._stubs.append((stub, self._hand_back(pc, left)))
        return stub


def _blocks(leaders: set[int], size: int) -> Iterator[tuple[int, int]]:
    starts = sorted(leaders)
    return zip(starts, [*starts[1:], size], strict=True)


def _writes_frame_pointer(insn: Instruction | None) -> bool:
    match insn:
        case (
            Alu(dst=dst)
            | Neg(dst=dst)
            | Endian(dst=dst)
            | Load(dst=dst)
            | LoadAcquire(dst=dst)
            | LoadImm64(dst=dst)
        ):
            return dst == FP
        case Atomic(src=src, fetch=True):
            return src == FP
        case _:
            return False


def _arithmetic(insn: Alu) -> bytes:
    """Division with its checks; a shift by a constant with the count masked, as eBPF has it."""
    checked = checked_division(insn)
    if checked is not None:
        parts: list[tuple[int | None, Lowered]] = [(n, lower(part, n)) for n, part in enumerate(checked)]
        return lay_out([*parts, (len(parts), ())], ()).code
    if insn.op in _SHIFTS and isinstance(insn.src, Imm):
        insn = replace(insn, src=Imm(insn.src.value & (insn.bits - 1)))
    return b"".join(piece.code for piece in lower(insn, 0) if isinstance(piece, Emit))


def _entry() -> bytes:
    """Saves C's registers, takes the arena, fills the program's registers and goes where it is told."""
    code = b"".join(map(x86.push, _SAVED)) + x86.push(Reg.RSI)
    code += x86.mov(ARENA_BASE, Reg.RDI, wide=True) + x86.mov(Reg.R11, Reg.RSI, wide=True)
    for n, reg in enumerate(X86[: FP + 1]):
        code += x86.memory(b"\x8b", reg, ARENA_BASE, STATE + 8 * n, wide=True)
    code += x86.memory(b"\x8b", FUEL_REG, ARENA_BASE, FUEL, wide=True)
    return code + b"\x41\xff\xe3"  # jmp r11


def _exit() -> bytes:
    """Leaves registers, fuel and the slot in r10d where the machine finds them, and returns."""
    code = b""
    for n, reg in enumerate(X86[: FP + 1]):
        code += x86.memory(b"\x89", reg, ARENA_BASE, STATE + 8 * n, wide=True)
    code += x86.memory(b"\x89", FUEL_REG, ARENA_BASE, FUEL, wide=True)
    code += x86.memory(b"\x89", Reg.R10, ARENA_BASE, STOPPED_AT, wide=True)
    return code + x86.pop(Reg.RSI) + b"".join(map(x86.pop, reversed(_SAVED))) + RET
