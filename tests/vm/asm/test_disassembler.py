"""Text of instructions: the same as the tools', and assembling gives the instruction back."""

import gzip
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden import record_llvm, record_log_text
from tests.llvm import llvm_tool
from tests.oracle import kernel
from tests.shared_data import CHECKOUT
from tests.vm.asm.generate import instruction, instructions
from vm.asm import Style, assemble, disassemble, text_of, to_source
from vm.encoding import decode, decode_one, encode, pack, unpack
from vm.instruction import Call, Instruction, LoadImm64, LoadPacket, Slot
from vm.isa import CallKind, ImmKind
from vm.program import MapSpec, Program
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType


def rows(name: str) -> list[tuple[bytes, str]]:
    """(bytes, text) of a record in tests/data/asm."""
    content = gzip.decompress((CHECKOUT / "tests/data/asm" / name).read_bytes()).decode()
    pairs = [line.split("\t", 1) for line in content.splitlines() if not line.startswith("#")]
    return [(bytes.fromhex(data), text) for data, text in pairs]


def one(data: bytes) -> Instruction:
    """The one instruction in the bytes."""
    insn = decode(unpack(data))[0]
    assert insn is not None
    return insn


def assembled(lines: list[str]) -> bytes:
    """The bytes the lines assemble to."""
    assembly = assemble("\n".join(lines))
    assert assembly.program is not None, [str(error) for error in assembly.errors[:5]]
    return pack(assembly.program.slots)


def test_text_is_that_of_llvm_objdump() -> None:
    found = rows("llvm.tsv.gz")
    assert len(found) > 20_000
    assert [text_of(one(data)) for data, _ in found] == [text for _, text in found]


def test_bytes_are_those_of_llvm_mc() -> None:
    found = [row for row in rows("llvm.tsv.gz") if record_llvm.sayable(one(row[0]))]
    assert len(found) == record_llvm.COUNT
    assert assembled([text for _, text in found]) == b"".join(data for data, _ in found)


@pytest.mark.skipif(llvm_tool("llvm-mc") is None, reason="llvm-mc of LLVM 18 or later is not installed")
def test_llvm_says_the_same_today() -> None:
    assert record_llvm.differences(record_llvm.sample(2, 1000)) == []


def test_text_is_that_of_the_verifier() -> None:
    found = rows("log.tsv.gz")
    assert len(found) > 4_000
    assert [text_of(one(data), Style.KERNEL) for data, _ in found] == [text for _, text in found]


@pytest.mark.kernel
@pytest.mark.skipif(kernel.unavailable() is not None, reason="the kernel cannot be asked here")
def test_the_kernel_says_the_same_today() -> None:
    insns = record_log_text.program(1_000)
    assert record_log_text.ask(insns) == [text_of(insn, Style.KERNEL) for insn in insns]


def dumped(insn: Instruction, style: Style) -> str:
    """The line of a listing."""
    text = text_of(insn, style)
    return f"  7: {text}" if style is Style.KERNEL else text


def sayable(insn: Instruction, style: Style) -> bool:
    """Whether a style has a text that means this instruction and no other."""
    if isinstance(insn, Call) and insn.kind is not CallKind.HELPER:
        return style is not Style.LLVM  # objdump prints `call 0x5` whatever is called
    return True


@pytest.mark.parametrize("style", Style)
@given(insn=instructions())
def test_assembling_a_text_gives_the_instruction_back(style: Style, insn: Instruction) -> None:
    if sayable(insn, style):
        assert assembled([dumped(insn, style)]) == pack(encode(insn))


@pytest.mark.parametrize("style", Style)
def test_no_two_instructions_have_one_text(style: Style) -> None:
    rnd, seen = Random(5), dict[str, Instruction]()
    for insn in (instruction(rnd) for _ in range(5_000)):
        if sayable(insn, style):
            assert seen.setdefault(text_of(insn, style), insn) == insn


@pytest.mark.parametrize("style", Style)
def test_a_listing_has_a_line_per_instruction(style: Style) -> None:
    program = unpack(bytes.fromhex("18010000 05000000 00000000 00000000 95000000 00000000 ff000000 00000000"))
    lines = disassemble(program, style)
    assert [line.pc for line in lines] == [0, 2, 3]
    assert [len(line.slots) for line in lines] == [2, 1, 1]


def test_what_is_no_instruction() -> None:
    unknown = decode_one(Slot(0xFF, 1, 2, -1, 5))
    assert text_of(unknown) == "<unknown>"
    assert text_of(unknown, Style.SOURCE) == ".slot 0x00000005ffff21ff"


slots = st.builds(
    Slot,
    st.sampled_from([0x07, 0x0F, 0xB7, 0x85, 0x18, 0x00, 0x05, 0x06, 0x15, 0x95, 0x61, 0xDB, 0xFF]),
    st.integers(0, 11),
    st.integers(0, 11),
    st.integers(-3, 3),
    st.integers(-3, 20),
)


def program_of(found: list[Slot]) -> Program:
    maps = (
        MapSpec("counts", MapType.HASH, 4, 8, 16, key_type="u32", value_type="u64"),
        MapSpec("L1", MapType.ARRAY, 4, 6, 1, flags=128, init=((bytes(4), b"abcdef"),), frozen=True),
        MapSpec("jumps", MapType.PROG_ARRAY, 4, 4, 4, key_type="u32", value_type="u32"),
        MapSpec("queue", MapType.QUEUE, 0, 4, 9, value_type="ipv4", init=((b"", b"\1\2\3\4"),)),
    )
    return Program("probe", ProgType.XDP, tuple(found), decode(found), maps, hook="xdp")


@given(st.lists(slots, min_size=1, max_size=12), st.lists(instructions(), max_size=12))
def test_a_program_written_out_assembles_to_itself(raw: list[Slot], insns: list[Instruction]) -> None:
    program = program_of([*raw, *(slot for insn in insns for slot in encode(insn))])
    again = assemble(to_source(program))
    assert again.program is not None, (to_source(program), again.errors)
    assert again.program.slots == program.slots
    assert again.program.insns == program.insns
    assert again.program.maps == program.maps
    assert (again.program.name, again.program.hook, again.program.license) == ("probe", "xdp", "GPL")


def test_names_are_used_where_there_are_some() -> None:
    text = (
        ".map counts hash key=u32 value=u64 entries=16\n\n.program names\n.hook tc\n.license GPL\n"
        "        r1 = counts ll\n        if r1 == 0x5 goto done\n        call function_4\ndone:\n"
    )
    source = text.replace("function_4", "pc+1") + "        exit\nhelp:\n        exit\n"
    assembly = assemble(source.replace("pc+1", "help"))
    assert assembly.program is not None
    assert to_source(assembly.program) == source.replace("pc+1", "help")


def test_llvm_prints_calls_alike() -> None:
    assert text_of(Call(CallKind.HELPER, 5)) == text_of(Call(CallKind.LOCAL, 5)) == "call 0x5"


def test_llvm_packet_loads_keep_their_constant() -> None:
    insn = decode_one(Slot(0x40, src=3, imm=7))
    assert isinstance(insn, LoadPacket)
    assert text_of(insn) == "r0 = *(u32 *)skb[r3 + 0x7]"


@pytest.mark.parametrize("kind", ImmKind)
def test_every_kind_of_address_has_a_text(kind: ImmKind) -> None:
    assert text_of(LoadImm64(1, kind, 5), Style.KERNEL).startswith("(18) r1 = ")
