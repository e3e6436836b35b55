"""Asks the kernel which bytes of a context may be accessed, how wide, and what test runs find there."""

from tests.oracle import kernel
from vm.encoding import encode, pack
from vm.instruction import Alu, Exit, Imm, Instruction, Jump, Load, LoadImm64, Reg, Store
from vm.isa import AluOp, ImmKind, JumpOp, Size
from vm.kernel.context.rules import CONTEXTS
from vm.uapi.prog_types import ProgType
from vm.uapi.structs_context import SOCK

KINDS = tuple(CONTEXTS)
"""Program types whose context is tabled."""
BEYOND = 8
"""Bytes past the structure's end that are tried as well."""
_RESULT = 2
"""A return value that all of them allow after a mask."""

PACKETS = {
    "ipv4": bytes.fromhex("0200000000020200000000010800")
    + bytes.fromhex("4500002c0007000040110000c000020ac6336414 303900350018 0000")
    + bytes(range(16)),
    "ipv6": bytes.fromhex("ffffffffffff02000000000186dd")
    + bytes.fromhex("6000000000101140")
    + bytes.fromhex("20010db8000100000000000000000010 20010db8000200000000000000000020")
    + bytes(range(16)),
    "llc": bytes.fromhex("00000000000002000000000100104242") + bytes(range(30)),
    "ipx": bytes.fromhex("01005e0000010200000000010005ffff") + bytes(range(30)),
    "vlan": bytes.fromhex("0000000000000200000000018100006408004500") + bytes(range(30)),
}
"""Frames for test runs: each family, each kind of destination."""


def _code(*insns: Instruction) -> bytes:
    return pack(slot for insn in insns for slot in encode(insn))


def _loads(kind: ProgType, *insns: Instruction) -> bool:
    code = _code(*insns, Alu(AluOp.MOV, 64, 0, Imm(0)), Exit())
    loaded = kernel.load(code, kind, log_level=0)
    loaded.close()
    return not loaded.error


def _places(kind: ProgType) -> list[tuple[int, Size]]:
    end = CONTEXTS[kind].size + BEYOND
    return [(off, size) for off in range(end) for size in (Size.B, Size.H, Size.W, Size.DW)]


def accesses(kind: ProgType) -> dict[str, list[list[int]]]:
    """The (offset, width) pairs that may be read, and those that may be written."""
    read = [[off, size.bytes] for off, size in _places(kind) if _loads(kind, Load(size, 2, 1, off))]
    written = [[off, size.bytes] for off, size in _places(kind) if _loads(kind, Store(size, 1, off, Imm(0)))]
    return {"read": read, "write": written}


def read_program(places: list[list[int]]) -> bytes:
    """A program that copies every place of its context to a word of map 0's value."""
    insns: list[Instruction] = [Alu(AluOp.MOV, 64, 6, Reg(1)), LoadImm64(9, ImmKind.MAP_VALUE, 0)]
    for slot, (off, width) in enumerate(places):
        insns += [Load(Size.of_bytes(width), 0, 6, off), Store(Size.DW, 9, 8 * slot, Reg(0))]
    return _code(*insns, Alu(AluOp.MOV, 64, 0, Imm(0)), Exit())


def values(kind: ProgType, places: list[list[int]], packet: bytes) -> list[int] | int:
    """What a test run over ``packet`` reads at each place, or the errno of the run."""
    made = kernel.KernelMap.create(2, 4, 8 * len(places), 1)
    assert isinstance(made, kernel.KernelMap)
    loaded = kernel.load(read_program(places), kind, [made])
    try:
        assert not loaded.error, loaded.log[-300:]
        run = loaded.test_run(packet)
        if run.error:
            return run.error
        value = made.lookup(bytes(4))
        assert isinstance(value, bytes)
        return [int.from_bytes(value[at : at + 8], "little") for at in range(0, len(value), 8)]
    finally:
        loaded.close()
        made.close()


POINTERS = frozenset({"data", "data_end", "data_meta", "sk"})


def numbers(kind: ProgType, allowed: list[list[int]]) -> list[list[int]]:
    """The readable places that hold numbers: an address differs from kernel to kernel."""
    spans = [
        range(field.offset, field.offset + field.size)
        for field in CONTEXTS[kind].fields
        if field.name in POINTERS
    ]
    return [place for place in allowed if not any(place[0] in span for span in spans)]


SOCKET_KIND = ProgType.CGROUP_SKB
"""In what programs the socket is asked about."""
_SK = 168
_KEEP = 8
"""The register that holds the socket's address."""


def _through_socket(*insns: Instruction) -> bytes:
    """A program that runs ``insns`` with the socket's address in r8, if the packet has a socket."""
    begin: list[Instruction] = [
        Alu(AluOp.MOV, 64, 6, Reg(1)),
        LoadImm64(9, ImmKind.MAP_VALUE, 0),
        Load(Size.DW, _KEEP, 6, _SK),
        Alu(AluOp.MOV, 64, 0, Imm(0)),
        Jump(JumpOp.JNE, 64, _KEEP, Imm(0), 1),
        Exit(),
    ]
    return _code(*begin, *insns, Alu(AluOp.MOV, 64, 0, Imm(1)), Exit())


def ask_socket() -> dict[str, object]:
    """Which places of a socket may be read, and what they hold for each packet."""
    made = kernel.KernelMap.create(2, 4, 4096, 1)
    assert isinstance(made, kernel.KernelMap)
    places = []
    for off in range(SOCK.size + BEYOND):
        for size in Size:
            loaded = kernel.load(_through_socket(Load(size, 2, _KEEP, off)), SOCKET_KIND, [made], log_level=0)
            loaded.close()
            if not loaded.error:
                places.append([off, size.bytes])
    insns: list[Instruction] = []
    for slot, (off, width) in enumerate(places):
        insns += [Load(Size.of_bytes(width), 0, _KEEP, off), Store(Size.DW, 9, 8 * slot, Reg(0))]
    loaded = kernel.load(_through_socket(*insns), SOCKET_KIND, [made])
    runs = {}
    for name, packet in PACKETS.items():
        loaded.test_run(packet)
        value = made.lookup(bytes(4))
        assert isinstance(value, bytes)
        words = [value[at : at + 8] for at in range(0, 8 * len(places), 8)]
        runs[name] = [int.from_bytes(word, "little") for word in words]
    loaded.close()
    made.close()
    return {"read": places, "write": [], "runs": runs}


def ask() -> dict[str, object]:
    """Everything, per program type."""
    found: dict[str, object] = {"sk": ask_socket()}
    for kind in KINDS:
        allowed = accesses(kind)
        runs = {}
        if kind is not ProgType.SK_SKB:  # these cannot be test-run
            places = numbers(kind, allowed["read"])
            runs = {name: values(kind, places, packet) for name, packet in PACKETS.items()}
        found[kind.label] = {**allowed, "runs": runs}
    return found
