"""One plain sentence for an instruction: what it does, with its own operands."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Invalid,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Operand,
    Store,
    StoreRelease,
)
from vm.isa import FP, AluOp, AtomicOp, CallKind, EndianOp, ImmKind, JumpOp, Size
from vm.uapi.helper_ids import helper_name
from vm.word import MASK32

_ALU: Mapping[AluOp, str] = MappingProxyType({
    AluOp.ADD: "Adds {src} to {dst}", AluOp.SUB: "Subtracts {src} from {dst}",
    AluOp.MUL: "Multiplies {dst} by {src}",
    AluOp.DIV: "Divides {dst} by {src}, unsigned; dividing by 0 gives 0",
    AluOp.OR: "Sets in {dst} the bits that are set in {src}",
    AluOp.AND: "Keeps in {dst} only the bits that are set in {src}",
    AluOp.LSH: "Shifts {dst} left by {src} bits",
    AluOp.RSH: "Shifts {dst} right by {src} bits, filling with 0",
    AluOp.MOD: "Leaves in {dst} the remainder of dividing it by {src}, unsigned",
    AluOp.XOR: "Flips in {dst} the bits that are set in {src}", AluOp.MOV: "Puts {src} in {dst}",
    AluOp.ARSH: "Shifts {dst} right by {src} bits, keeping its sign",
    AluOp.SDIV: "Divides {dst} by {src}, signed, rounding towards 0; dividing by 0 gives 0",
    AluOp.SMOD: "Leaves in {dst} the remainder of dividing it by {src}, signed",
    AluOp.MOVSX8: "Puts the low 8 bits of {src} in {dst}, keeping their sign",
    AluOp.MOVSX16: "Puts the low 16 bits of {src} in {dst}, keeping their sign",
    AluOp.MOVSX32: "Puts the low 32 bits of {src} in {dst}, keeping their sign",
})  # fmt: skip

_JUMP: Mapping[JumpOp, str] = MappingProxyType({
    JumpOp.JEQ: "{dst} is {src}", JumpOp.JNE: "{dst} is not {src}",
    JumpOp.JGT: "{dst} is greater than {src} (unsigned)", JumpOp.JGE: "{dst} is {src} or more (unsigned)",
    JumpOp.JLT: "{dst} is less than {src} (unsigned)", JumpOp.JLE: "{dst} is {src} or less (unsigned)",
    JumpOp.JSGT: "{dst} is greater than {src} (signed)", JumpOp.JSGE: "{dst} is {src} or more (signed)",
    JumpOp.JSLT: "{dst} is less than {src} (signed)", JumpOp.JSLE: "{dst} is {src} or less (signed)",
    JumpOp.JSET: "any bit of {src} is set in {dst}",
})  # fmt: skip

_ATOMIC: Mapping[AtomicOp, str] = MappingProxyType({
    AtomicOp.ADD: "Adds {src} to", AtomicOp.OR: "Sets the bits of {src} in",
    AtomicOp.AND: "Keeps the bits of {src} in",
    AtomicOp.XOR: "Flips the bits of {src} in", AtomicOp.XCHG: "Exchanges {src} with",
    AtomicOp.CMPXCHG: "Writes {src} if r0 equals what is there, to",
})  # fmt: skip

_ENDIAN: Mapping[EndianOp, str] = MappingProxyType({
    EndianOp.LE: "Cuts r{dst} to its low {bits} bits: this machine is little-endian already",
    EndianOp.BE: "Reverses the low {bits} bits of r{dst} byte by byte: network order to ours, and back",
    EndianOp.BSWAP: "Reverses the low {bits} bits of r{dst} byte by byte",
})  # fmt: skip

_IMM64: Mapping[ImmKind, str] = MappingProxyType({
    ImmKind.VALUE: "Puts the 64-bit constant {value:#x} in r{dst}",
    ImmKind.MAP_FD: "Puts a reference to map {imm} in r{dst}",
    ImmKind.MAP_VALUE: "Puts the address of byte {offset} of map {imm}'s first value in r{dst}",
    ImmKind.BTF_ID: "Puts the address of the kernel variable with BTF id {imm} in r{dst}",
    ImmKind.FUNC: "Puts the address of the function {imm:+d} slots from here in r{dst}, for a helper to call",
    ImmKind.MAP_IDX: "Puts a reference to map {imm} of the list given at load in r{dst}",
    ImmKind.MAP_IDX_VALUE: "Puts the address of byte {offset} of listed map {imm}'s first value in r{dst}",
})  # fmt: skip


def describe(insn: Instruction) -> str:
    """The sentence, such as "Adds r2 to r1."."""
    return f"{_WRITERS[type(insn)](insn)}."


def _reg(bits: int, number: int) -> str:
    return f"{'w' if bits == 32 else 'r'}{number}"


def _operand(bits: int, source: Operand) -> str:
    return str(source.value) if isinstance(source, Imm) else _reg(bits, source.n)


def _place(size: Size, base: int, off: int) -> str:
    count = f"{size.bytes} bytes" if size is not Size.B else "1 byte"
    if base == FP:
        return f"the {count} at {off:+d} from the top of the stack frame"
    return f"the {count} at {_reg(64, base)} {'-' if off < 0 else '+'} {abs(off)}"


def _distance(off: int) -> str:
    if off == 0:
        return "to the next instruction"
    return f"{abs(off)} slot{'s' if abs(off) > 1 else ''} {'ahead' if off > 0 else 'back'}"


def _alu(insn: Alu) -> str:
    said = _ALU[insn.op].format(dst=_reg(insn.bits, insn.dst), src=_operand(insn.bits, insn.src))
    return said if insn.bits == 64 else f"{said}; the upper 32 bits of r{insn.dst} become 0"


def _load(insn: Load) -> str:
    filled = "filling up with the sign" if insn.signed else "filling up with 0"
    said = f"Loads {_place(insn.size, insn.src, insn.off)} into r{insn.dst}"
    return said if insn.size is Size.DW else f"{said}, {filled}"


def _store(insn: Store) -> str:
    return f"Stores {_operand(64, insn.src)} in {_place(insn.size, insn.dst, insn.off)}"


def _atomic(insn: Atomic) -> str:
    said = (
        f"{_ATOMIC[insn.op].format(src=f'r{insn.src}')} {_place(insn.size, insn.dst, insn.off)}, in one step"
    )
    if not insn.fetch:
        return said
    return f"{said}; what was there goes to {'r0' if insn.op is AtomicOp.CMPXCHG else f'r{insn.src}'}"


def _jump(insn: Jump) -> str:
    test = _JUMP[insn.op].format(dst=_reg(insn.bits, insn.dst), src=_operand(insn.bits, insn.src))
    return f"If {test}, jumps {_distance(insn.off)}; otherwise goes on"


def _call(insn: Call) -> str:
    match insn.kind:
        case CallKind.LOCAL:
            return f"Calls the function {_distance(insn.imm)}: r1 to r5 go in, the result comes back in r0"
        case CallKind.KFUNC:
            return f"Calls the kernel function with BTF id {insn.imm}"
        case CallKind.HELPER:
            name = helper_name(insn.imm)
            known = f"the helper {name}" if name else f"helper {insn.imm}, which does not exist"
            return f"Calls {known}: r1 to r5 go in, the result comes back in r0"


def _imm64(insn: LoadImm64) -> str:
    return _IMM64[insn.kind].format(
        dst=insn.dst, imm=insn.imm, value=insn.value, offset=insn.next_imm & MASK32
    )


def _packet(insn: LoadPacket) -> str:
    place = f"at {insn.imm}" if insn.src is None else f"at r{insn.src} + {insn.imm}"
    count = "1 byte" if insn.size is Size.B else f"{insn.size.bytes} bytes"
    return f"Loads {count} of the packet {place} into r0; outside it the program ends"


_WRITERS: Mapping[type[Instruction], Callable[..., str]] = MappingProxyType({
    Alu: _alu, Load: _load, Store: _store, Atomic: _atomic, Jump: _jump, Call: _call, LoadImm64: _imm64,
    LoadPacket: _packet,
    Neg: lambda insn: f"Changes the sign of {_reg(insn.bits, insn.dst)}",
    Endian: lambda insn: _ENDIAN[insn.op].format(bits=insn.bits, dst=insn.dst),
    AddrSpaceCast: lambda insn: f"Puts arena pointer r{insn.src}, in another address space, in r{insn.dst}",
    LoadAcquire: lambda insn: (
        f"Loads {_place(insn.size, insn.src, insn.off)} into r{insn.dst}, before all later accesses"),
    StoreRelease: lambda insn: (
        f"Stores r{insn.src} in {_place(insn.size, insn.dst, insn.off)}, after all earlier accesses"),
    Goto: lambda insn: f"Jumps {_distance(insn.off)}",
    MayGoto: lambda insn: f"Goes on, until the loop has used up its budget; then jumps {_distance(insn.off)}",
    CallX: lambda insn: f"Calls the helper whose number is in r{insn.reg}; Linux refuses this",
    Exit: lambda _: "Returns r0 to the caller, or ends the program with it",
    Invalid: lambda insn: f"Not an instruction: {insn.reason}",
})  # fmt: skip
"""How each class of instruction is said."""
