"""What an instruction means, apart from how it is encoded.

One frozen class per shape of instruction; together they are ``Instruction``. Jump offsets count 8-byte
slots from the slot behind the instruction. Immediates are signed, as the encoding holds them.
"""

from dataclasses import dataclass

from vm.isa import AluOp, AtomicOp, CallKind, EndianOp, ImmKind, JumpOp, Size
from vm.word import MASK32, MASK64


@dataclass(frozen=True, slots=True)
class Slot:
    """One 8-byte encoding slot, fields apart (RFC 9669, section 3.1).

    opcode:8  dst:4  src:4  off:16 (signed)  imm:32 (signed), little endian.
    """

    opcode: int
    dst: int = 0
    src: int = 0
    off: int = 0
    imm: int = 0


@dataclass(frozen=True, slots=True)
class Reg:
    """An operand read from register ``n``."""

    n: int


@dataclass(frozen=True, slots=True)
class Imm:
    """A constant operand, sign-extended to the width of the operation."""

    value: int

    @property
    def word(self) -> int:
        """The constant as a 64-bit word."""
        return self.value & MASK64


Operand = Reg | Imm


@dataclass(frozen=True, slots=True)
class Alu:
    """``dst op= src``, 64 or 32 bits wide."""

    op: AluOp
    bits: int
    dst: int
    src: Operand


@dataclass(frozen=True, slots=True)
class Neg:
    """``dst = -dst``."""

    bits: int
    dst: int


@dataclass(frozen=True, slots=True)
class Endian:
    """``dst = be16 dst`` and its kin; ``bits`` is 16, 32 or 64."""

    op: EndianOp
    bits: int
    dst: int


@dataclass(frozen=True, slots=True)
class AddrSpaceCast:
    """A pointer moved between arena address spaces (Linux 6.9); ``imm`` holds both."""

    dst: int
    src: int
    imm: int


@dataclass(frozen=True, slots=True)
class Load:
    """``dst = *(size *)(src + off)``, zero- or sign-extended."""

    size: Size
    dst: int
    src: int
    off: int
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """``*(size *)(dst + off) = src``."""

    size: Size
    dst: int
    off: int
    src: Operand


@dataclass(frozen=True, slots=True)
class Atomic:
    """An atomic operation on ``*(size *)(dst + off)``; ``fetch`` leaves the old value in src (or r0)."""

    op: AtomicOp
    size: Size
    dst: int
    off: int
    src: int
    fetch: bool


@dataclass(frozen=True, slots=True)
class LoadAcquire:
    """``dst = load_acquire((size *)(src + off))`` (Linux 6.15)."""

    size: Size
    dst: int
    src: int
    off: int


@dataclass(frozen=True, slots=True)
class StoreRelease:
    """``store_release((size *)(dst + off), src)`` (Linux 6.15)."""

    size: Size
    dst: int
    off: int
    src: int


@dataclass(frozen=True, slots=True)
class Jump:
    """``if dst op src goto off``, comparing 64 or 32 bits."""

    op: JumpOp
    bits: int
    dst: int
    src: Operand
    off: int


@dataclass(frozen=True, slots=True)
class Goto:
    """``goto off``; the ``wide`` form (gotol) holds a 32-bit offset."""

    off: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class MayGoto:
    """``may_goto off``: falls through until the loop's budget is used up, then jumps (Linux 6.9)."""

    off: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of helper ``imm``, of the local function at slot pc + 1 + ``imm``, or of a kernel function."""

    kind: CallKind
    imm: int
    off: int = 0


@dataclass(frozen=True, slots=True)
class CallX:
    """A call of the helper whose number is in a register; Linux refuses it, RFC 9669 allows it."""

    reg: int


@dataclass(frozen=True, slots=True)
class Exit:
    """``exit``: back to the caller, or the end of the program."""


@dataclass(frozen=True, slots=True)
class LoadImm64:
    """``dst = imm64``: two slots; ``kind`` says what ``imm`` and ``next_imm`` stand for."""

    dst: int
    kind: ImmKind
    imm: int
    next_imm: int = 0

    @property
    def value(self) -> int:
        """The 64-bit constant that the two halves make."""
        return (self.next_imm & MASK32) << 32 | (self.imm & MASK32)


@dataclass(frozen=True, slots=True)
class LoadPacket:
    """``r0 = *(size *)skb[src + imm]``: legacy packet access, byte-swapped; outside, it ends the program."""

    size: Size
    src: int | None
    imm: int


@dataclass(frozen=True, slots=True)
class Invalid:
    """A slot that is no instruction; ``reason`` is in the kernel's words where it has some."""

    slot: Slot
    reason: str


Instruction = (
    Alu
    | Neg
    | Endian
    | AddrSpaceCast
    | Load
    | Store
    | Atomic
    | LoadAcquire
    | StoreRelease
    | Jump
    | Goto
    | MayGoto
    | Call
    | CallX
    | Exit
    | LoadImm64
    | LoadPacket
    | Invalid
)


def width(insn: Instruction) -> int:
    """How many slots the instruction takes: 2 for ``ld_imm64``, 1 for all others."""
    return 2 if isinstance(insn, LoadImm64) else 1


def jump_target(insn: Instruction, pc: int) -> int | None:
    """The slot a jump at ``pc`` goes to when taken; None for what does not jump."""
    match insn:
        case Jump(off=off) | Goto(off=off) | MayGoto(off=off):
            return pc + 1 + off
        case _:
            return None
