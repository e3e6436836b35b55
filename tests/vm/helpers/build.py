"""Small programs that call helpers and write down what came of it, for comparing with the kernel.

A program keeps its context in r6 and the address of the only value of map 0 in r9. Results go to the
value's first bytes in turn; arguments that are memory lie in it from ``DATA`` on. Map 1 is a frozen
read-only array for constant strings.
"""

import struct
from dataclasses import dataclass, field

from vm.encoding import encode, pack
from vm.instruction import Alu, Call, Exit, Imm, Instruction, Load, LoadImm64, Reg, Slot, Store
from vm.isa import AluOp, CallKind, ImmKind, Size
from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.word import signed

VALUE = 4096
"""Bytes of map 0's value."""
DATA = 1024
"""Where memory arguments begin in it; results lie before."""
RDONLY_PROG = 128


@dataclass(frozen=True, slots=True)
class Context:
    """The argument that is the context."""


CTX = Context()


@dataclass(frozen=True, slots=True)
class At:
    """The argument that is memory: an offset in map 0's value, or in map 1's (``constant``)."""

    offset: int
    constant: bool = False


@dataclass(frozen=True, slots=True)
class MapObject:
    """The argument that is map ``index``."""

    index: int


Argument = int | Context | At | MapObject


@dataclass(frozen=True, slots=True)
class Case:
    """One program and the packet it gets. ``value`` and ``constants`` are what maps 0 and 1 start with."""

    name: str
    prog_type: ProgType
    code: bytes
    value: bytes
    constants: bytes
    packet: bytes
    extra_maps: tuple[MapSpec, ...] = ()

    @property
    def maps(self) -> tuple[MapSpec, ...]:
        """The maps the program refers to by index."""
        zero = bytes(4)
        return (
            MapSpec("out", MapType.ARRAY, 4, VALUE, 1, init=((zero, self.value.ljust(VALUE, b"\0")),)),
            MapSpec(
                "ro",
                MapType.ARRAY,
                4,
                1024,
                1,
                RDONLY_PROG,
                init=((zero, self.constants.ljust(1024, b"\0")),),
                frozen=True,
            ),
            *self.extra_maps,
        )


@dataclass(slots=True)
class Builder:
    """Collects a program's instructions, data and results."""

    prog_type: ProgType
    packet: bytes
    name: str
    insns: list[Instruction] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    constants: bytearray = field(default_factory=bytearray)
    results: int = 0
    extra_maps: tuple[MapSpec, ...] = ()

    def __post_init__(self) -> None:
        self.insns += [Alu(AluOp.MOV, 64, 6, Reg(1)), LoadImm64(9, ImmKind.MAP_VALUE, 0)]

    def memory(self, data: bytes, align: int = 8) -> At:
        """Memory that holds ``data``."""
        self.data += bytes(-len(self.data) % align)
        at = DATA + len(self.data)
        self.data += data
        assert DATA + len(self.data) <= VALUE
        return At(at)

    def constant(self, data: bytes) -> At:
        """Constant memory that holds ``data``."""
        at = len(self.constants)
        self.constants += data
        return At(at, constant=True)

    def call(self, helper: HelperId, *args: Argument) -> "Builder":
        """Calls a helper and keeps r0 as the next result."""
        for n, argument in enumerate(args, 1):
            self.load(n, argument)
        self.insns.append(Call(CallKind.HELPER, helper))
        return self.keep(0)

    def load(self, n: int, argument: Argument) -> None:
        """Puts an argument into register ``n``."""
        match argument:
            case Context():
                self.insns.append(Alu(AluOp.MOV, 64, n, Reg(6)))
            case At(offset, constant):
                self.insns.append(LoadImm64(n, ImmKind.MAP_VALUE, int(constant), offset))
            case MapObject(index):
                self.insns.append(LoadImm64(n, ImmKind.MAP_FD, index))
            case int():
                low, high = argument & 0xFFFFFFFF, argument >> 32 & 0xFFFFFFFF
                self.insns.append(LoadImm64(n, ImmKind.VALUE, signed(low, 32), signed(high, 32)))

    def read_word(self, dst: int, src: int) -> Load:
        """The instruction that reads the word a register points at."""
        return Load(Size.DW, dst, src, 0)

    def keep(self, register: int, size: Size = Size.DW) -> "Builder":
        """Writes a register down as the next result."""
        self.insns.append(Store(size, 9, self.results, Reg(register)))
        self.results += 8
        assert self.results <= DATA
        return self

    def field(self, offset: int, size: Size = Size.W) -> "Builder":
        """Reads a context field and keeps it."""
        self.insns.append(Load(size, 0, 6, offset))
        return self.keep(0)

    def length(self, data: int, end: int) -> "Builder":
        """Keeps the distance between two pointer fields of the context."""
        self.insns += [Load(Size.W, 2, 6, data), Load(Size.W, 3, 6, end), Alu(AluOp.SUB, 64, 3, Reg(2))]
        return self.keep(3)

    def set_field(self, offset: int, value: int, size: Size = Size.W) -> "Builder":
        """Writes a context field."""
        self.insns.append(Store(size, 6, offset, Imm(value)))
        return self

    def done(self, result: int = 0) -> Case:
        """The finished program, which returns ``result``."""
        return self.end(Alu(AluOp.MOV, 64, 0, Imm(result)))

    def end(self, *insns: Instruction) -> Case:
        """The finished program with these instructions before its exit."""
        slots: list[Slot] = [slot for insn in (*self.insns, *insns, Exit()) for slot in encode(insn)]
        value = bytes(DATA) + bytes(self.data)
        return Case(
            self.name, self.prog_type, pack(slots), value, bytes(self.constants), self.packet, self.extra_maps
        )


def ipv4_packet(payload: bytes = bytes(range(40)), protocol: int = 17, kind: int = 0x0800) -> bytes:
    """A frame with an IPv4 header and ports in the payload's first bytes."""
    total = 20 + len(payload)
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, total, 7, 0, 64, protocol, 0, b"\xc0\0\2\x0a", b"\xc6\x33\x64\x14"
    )
    return bytes.fromhex("020000000001 020000000002") + kind.to_bytes(2, "big") + header + payload


def ipv6_packet(payload: bytes = bytes(range(40)), protocol: int = 17) -> bytes:
    """A frame with an IPv6 header."""
    ends = bytes.fromhex("20010db8000100000000000000000010 20010db8000200000000000000000020")
    header = struct.pack("!IHBB", 0x60000000, len(payload), protocol, 64) + ends
    return bytes.fromhex("020000000001 020000000002 86dd") + header + payload
