"""Programs nobody verified, drawn to get out of their memory: forged pointers, edges, broken jumps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.vm.asm.generate import MAKERS
from vm.encoding import decode, encode
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Reg,
    Slot,
    Store,
    StoreRelease,
)
from vm.isa import FP, AluOp, AtomicOp, CallKind, ImmKind, JumpOp, Size
from vm.memory.region import ARENA, WINDOW, WINDOW_BITS
from vm.program import MapSpec
from vm.word import MASK32, MASK64, signed

_SIZES = (Size.B, Size.H, Size.W, Size.DW)
_ACCESSES = (Load, Load, Store, Store, Atomic, LoadAcquire, StoreRelease)


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses worth reaching for: the first byte and the length of each object, and where r10 points."""

    objects: tuple[tuple[int, int], ...]

    def address(self, rnd: Random) -> int:
        """An edge of an object, often moved to where it is not, or anything."""
        first, size = rnd.choice(self.objects)
        address = first + rnd.choice((0, size)) + rnd.randint(-12, 12)
        match rnd.randint(0, 9):
            case 0:
                return address ^ 1 << rnd.randint(24, 63)
            case 1:
                return address + rnd.choice((1, -1, 255)) * WINDOW & MASK64
            case 2:
                return address & MASK32
            case 3:
                return ARENA + (rnd.randint(0, 255) << WINDOW_BITS) + rnd.randint(-9, 600) & MASK64
            case 4:
                return rnd.choice(
                    (0, MASK64, 1 << 63, ARENA - 1, ARENA, ARENA + (1 << 32) - rnd.randint(0, 9))
                )
            case 5:
                return rnd.getrandbits(64)
            case _:
                return address


def access(rnd: Random) -> Instruction:
    """A load, store or atomic operation of any form; two of three go to where they may.

    r6 to r9 begin within an object, r10 at the end of the frame.
    """
    base, other, size = rnd.choice((6, 7, 8, 9, 10)), rnd.choice((0, 1, 2, 3, 4, 5)), rnd.choice(_SIZES)
    off = rnd.randint(-512, -8) if base == FP else rnd.randint(0, 4)
    if rnd.random() < 0.33:
        base, other = rnd.randint(0, 10), rnd.randint(0, 9)
        off = rnd.choice((0, 0, rnd.randint(-16, 16), rnd.randint(-530, 20), rnd.choice((32767, -32768))))
    match rnd.choice(_ACCESSES):
        case kind if kind is Load:
            return Load(size, other, base, off, size is not Size.DW and rnd.random() < 0.3)
        case kind if kind is Store:
            return Store(size, base, off, Reg(other) if rnd.random() < 0.6 else Imm(rnd.getrandbits(31)))
        case kind if kind is Atomic:
            op = rnd.choice(list(AtomicOp))
            fetch = op in (AtomicOp.XCHG, AtomicOp.CMPXCHG) or rnd.random() < 0.5
            return Atomic(op, rnd.choice((Size.W, Size.DW)), base, off, other, fetch)
        case kind if kind is LoadAcquire:
            return LoadAcquire(size, other, base, off)
        case _:
            return StoreRelease(size, base, off, other)


def _draw(rnd: Random, places: Places, left: int) -> Instruction:
    match rnd.randint(0, 19):
        case 0 | 1 | 2 | 3 | 4 | 5 | 6:
            return access(rnd)
        case 7 | 8:
            return Alu(AluOp.MOV, 64, rnd.randint(0, 7), Reg(rnd.randint(0, 10)))
        case 9 | 10:
            return Alu(AluOp.ADD, 64, rnd.randint(0, 9), Imm(rnd.randint(-16, 16)))
        case 11:
            address = places.address(rnd)
            low, high = signed(address & MASK32, 32), signed(address >> 32, 32)
            return LoadImm64(rnd.randint(0, 9), ImmKind.VALUE, low, high)
        case 12 | 13:
            return Jump(rnd.choice(list(JumpOp)), rnd.choice((32, 64)), rnd.randint(0, 10),
                        Reg(rnd.randint(0, 10)), rnd.randint(-4, left))  # fmt: skip
        case 14:
            return Goto(rnd.randint(-3, left + 2))
        case 15 if rnd.random() < 0.5:
            return Call(CallKind.LOCAL, rnd.randint(-6, left + 1))
        case 15:
            kind = rnd.choice((CallKind.HELPER, CallKind.KFUNC))
            return rnd.choice((Exit(), Call(kind, rnd.randint(0, 250)), CallX(rnd.randint(0, 9))))
        case 16 if rnd.random() < 0.1:
            return Alu(rnd.choice((AluOp.ADD, AluOp.MOV, AluOp.SUB)), 64, 10, Reg(rnd.randint(0, 9)))
        case _:
            drawn = MAKERS[Alu](rnd)
            return replace(drawn, dst=rnd.randint(0, 5)) if isinstance(drawn, Alu) else drawn


def program(rnd: Random, places: Places) -> Sequence[Instruction | None]:
    """The slots of a program of up to 30 instructions."""
    return decode(slots(rnd, places))


def slots(rnd: Random, places: Places) -> list[Slot]:
    """The same as it is encoded."""
    count = rnd.randint(3, 30)
    insns: list[Instruction] = [_draw(rnd, places, count - n) for n in range(count)]
    return [slot for insn in (*insns, Exit()) for slot in encode(insn)]


def lookups(rnd: Random, places: Places, maps: Sequence[MapSpec]) -> list[Slot]:
    """Calls of map helpers with keys good and bad, values reached for at their edges, wild ones between."""
    insns: list[Instruction] = [Alu(AluOp.MOV, 64, reg, Reg(rnd.choice((1, 10)))) for reg in (6, 7, 8, 9)]
    for _ in range(rnd.randint(1, 5)):
        insns += _lookup(rnd, rnd.randrange(len(maps)), maps)
        insns += [_draw(rnd, places, 6) for _ in range(rnd.randint(0, 3))]
    return [slot for insn in (*insns, Exit()) for slot in encode(insn)]


def _lookup(rnd: Random, index: int, maps: Sequence[MapSpec]) -> Iterator[Instruction]:
    spec = maps[index]
    for off in range(-80, 0, 8):
        yield Store(Size.DW, 10, off, Imm(rnd.choice((0, 1, 2, 3, 7, -1))))
    for reg, off in ((2, -24), (3, -80)):
        yield Alu(AluOp.MOV, 64, reg, Reg(10))
        yield Alu(AluOp.ADD, 64, reg, Imm(off if rnd.random() < 0.85 else rnd.randint(-530, 8)))
    yield LoadImm64(1, ImmKind.MAP_IDX, index if rnd.random() < 0.95 else rnd.randrange(9))
    if rnd.random() < 0.1:
        yield Alu(AluOp.MOV, 64, rnd.randint(1, 3), Reg(rnd.randint(0, 9)))
    yield Alu(AluOp.MOV, 64, 4, Imm(rnd.choice((0, 0, 0, 1, 2, 3, -1))))
    yield Call(CallKind.HELPER, rnd.choice((1, 1, 1, 2, 2, 3)))
    if rnd.random() < 0.9:
        yield Jump(JumpOp.JEQ, 64, 0, Imm(0), 1)
    size = rnd.choice(_SIZES)
    off = (
        max(0, spec.value_size - size.bytes)
        if rnd.random() < 0.5
        else rnd.choice((0, 0, -1, 1, spec.value_size))
    )
    base = 0 if rnd.random() < 0.8 else rnd.randint(0, 9)
    yield rnd.choice((
        Load(size, 5, base, off),
        Store(size, base, off, Imm(rnd.getrandbits(31))),
        Store(size, base, off, Reg(rnd.randint(1, 9))),
        Atomic(AtomicOp.ADD, Size.DW, base, off, 9, rnd.random() < 0.5),
    ))  # fmt: skip


def registers(rnd: Random, places: Places, frame: int) -> tuple[int, ...]:
    """Values of r0 to r10 to begin with; r10 is the frame's, as it is when native code is come to."""
    wild = [places.address(rnd) for _ in range(6)]
    within = [first + rnd.randint(0, size // 2) for first, size in rnd.choices(places.objects, k=4)]
    return (*wild, *within, frame)
