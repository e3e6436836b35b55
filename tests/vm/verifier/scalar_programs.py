"""Small XDP programs full of numbers: loads of every width, then arithmetic and comparisons of them.

``program(seed)`` is deterministic on every Python: only ``Random.getrandbits`` is asked. r5 to r9 hold
numbers, r2 the packet. A conditional jump leaves to a block of its own, or continues there while the other
way ends, so that the log shows both outcomes and no two paths meet again.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

from vm.encoding import encode, pack
from vm.instruction import Alu, Endian, Exit, Imm, Instruction, Jump, Load, LoadImm64, Neg, Operand, Reg
from vm.isa import AluOp, EndianOp, ImmKind, JumpOp, Size
from vm.word import signed

_T = TypeVar("_T")
NUMBERS = (5, 6, 7, 8, 9)
PACKET = 2
STEPS = 16
_PLAIN = (AluOp.ADD, AluOp.SUB, AluOp.MUL, AluOp.AND, AluOp.OR, AluOp.XOR)
_SHIFTS = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)
_DIVISIONS = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)
_MOVES = (AluOp.MOV, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32)


class Chooser:
    """Random choices that only use ``getrandbits``.

    Every third seed is narrow: mostly comparisons, of three registers, with numbers around the ends of the
    signed and unsigned ranges, so that ranges meet, shrink to nothing and contradict each other.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.narrow = seed % 3 == 2
        self.numbers = NUMBERS[:3] if self.narrow else NUMBERS

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit`` - 1."""
        return self._random.getrandbits(32) % limit

    def of(self, choices: Sequence[_T]) -> _T:
        """One of them."""
        return choices[self.below(len(choices))]

    def bits(self) -> int:
        """32 or 64."""
        return 64 if self.below(2) else 32

    def number(self, bits: int) -> int:
        """A signed number of ``bits``, mostly near a power of two or small."""
        if self.narrow:
            end = (0, 1 << (bits - 1), 1 << 31, 1 << (bits // 32 * 16), 1 << self.below(bits))[self.below(5)]
            return signed(end + self.below(5) - 2, bits)
        match self.below(5):
            case 0:
                number = self.below(17)
            case 1:
                number = self._random.getrandbits(bits)
            case 2:
                number = -self.below(300)
            case _:
                number = (1 << self.below(bits + 1)) + self.below(3) - 1
                number = -number if self.below(4) == 0 else number
        return signed(number, bits)


def program(seed: int) -> list[Instruction]:
    """The instructions of the program ``seed``."""
    choose = Chooser(seed)
    body: list[Instruction] = [_load(choose, dst) for dst in NUMBERS]
    exits: list[int] = []  # indices of the jumps that leave
    for _ in range(STEPS):
        _step(choose, body, exits)
    head: list[Instruction] = [
        Load(Size.W, 2, 1, 0),
        Load(Size.W, 3, 1, 4),
        Alu(AluOp.MOV, 64, 4, Reg(2)),
        Alu(AluOp.ADD, 64, 4, Imm(16)),
        Jump(JumpOp.JLE, 64, 4, Reg(3), 2),
        *_end(),
    ]
    return head + _with_exits(body, exits)


def code(seed: int) -> bytes:
    """The same as bytes."""
    return pack(slot for insn in program(seed) for slot in encode(insn))


def _end() -> list[Instruction]:
    return [Alu(AluOp.MOV, 64, 0, Imm(0)), Exit()]


def _load(choose: Chooser, dst: int) -> Instruction:
    size = choose.of((Size.B, Size.H, Size.W, Size.DW, Size.DW))
    return Load(size, dst, PACKET, 0, signed=size is not Size.DW and choose.below(3) == 0)


def _step(choose: Chooser, body: list[Instruction], exits: list[int]) -> None:
    dst = choose.of(choose.numbers)
    match choose.below(60 if choose.narrow else 20):
        case 0:
            body.append(_load(choose, dst))
        case 1:
            number = choose.number(64)
            body.append(LoadImm64(dst, ImmKind.VALUE, signed(number, 32), number >> 32))
        case 2:
            body.append(Neg(choose.bits(), dst))
        case 3:
            body.append(_endian(choose, dst))
        case 4 | 5:
            body.extend(_move(choose, dst))
        case 6 | 7 | 8:
            body.append(_shift(choose, dst))
        case 9 | 10 | 11 | 12 | 13:
            body.append(_arithmetic(choose, dst))
        case _:
            _jump(choose, dst, body, exits)


def _endian(choose: Chooser, dst: int) -> Instruction:
    return Endian(choose.of(tuple(EndianOp)), choose.of((16, 32, 64)), dst)


def _move(choose: Chooser, dst: int) -> list[Instruction]:
    """A copy; its source is loaded anew, lest the two be narrowed together from then on."""
    src = choose.of([n for n in choose.numbers if n != dst])
    op = choose.of(_MOVES)
    bits = 64 if op is AluOp.MOVSX32 else choose.bits()
    if op is AluOp.MOV and choose.below(2):
        return [Alu(op, bits, dst, Imm(choose.number(32)))]
    return [Alu(op, bits, dst, Reg(src)), _load(choose, src)]


def _shift(choose: Chooser, dst: int) -> Instruction:
    op, bits = choose.of(_SHIFTS), choose.bits()
    if choose.below(8) == 0:
        return Alu(op, bits, dst, Reg(choose.of(choose.numbers)))
    return Alu(op, bits, dst, Imm(32 if bits == 64 and choose.below(4) == 0 else choose.below(bits)))


def _arithmetic(choose: Chooser, dst: int) -> Instruction:
    op = choose.of(_PLAIN) if choose.below(25) else choose.of(_DIVISIONS)
    if choose.below(2):
        return Alu(op, choose.bits(), dst, Reg(choose.of(choose.numbers)))
    return Alu(op, choose.bits(), dst, Imm(choose.number(32) or 1))


def _jump(choose: Chooser, dst: int, body: list[Instruction], exits: list[int]) -> None:
    op, bits = choose.of(tuple(JumpOp)), choose.bits()
    src: Operand = Imm(choose.number(32))
    if choose.below(3) == 0:
        src = Reg(choose.of(choose.numbers))
    if choose.below(2):
        exits.append(len(body))
        body.append(Jump(op, bits, dst, src, 0))
    else:
        body.extend([Jump(op, bits, dst, src, 2), *_end()])


def _with_exits(body: list[Instruction], exits: list[int]) -> list[Instruction]:
    """The body, its end, and behind it one end for every jump that leaves; offsets count slots."""
    body = [*body, *_end()]
    slots = [sum(len(encode(insn)) for insn in body[:at]) for at in range(len(body) + 1)]
    for count, at in enumerate(exits):
        jump = body[at]
        assert isinstance(jump, Jump)
        body[at] = Jump(jump.op, jump.bits, jump.dst, jump.src, slots[-1] + 2 * count - slots[at] - 1)
    return body + _end() * len(exits)
