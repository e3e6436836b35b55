"""Object files of clang: what libbpf would hand to the kernel."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import kernel
from tests.shared_data import CHECKOUT
from vm.asm import assemble, to_source
from vm.asm.elf import ElfObject, is_elf, load_elf
from vm.encoding import pack
from vm.instruction import Call, LoadImm64
from vm.isa import CallKind, ImmKind
from vm.program import MapSpec, Program
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

FOLDER = CHECKOUT / "tests/data/asm/objects"
FILES = sorted(FOLDER.glob("*.o"))


def load(name: str) -> ElfObject:
    """An object of the folder."""
    return load_elf((FOLDER / f"{name}.o").read_bytes())


def addresses(program: Program) -> list[tuple[ImmKind, int, int]]:
    """(kind, immediate, second immediate) of every ld_imm64."""
    return [(insn.kind, insn.imm, insn.next_imm) for insn in program.insns if isinstance(insn, LoadImm64)]


def test_maps_with_types_sizes_and_data() -> None:
    [program] = load("count").programs
    assert program.maps == (
        MapSpec("flows", MapType.HASH, 8, 16, 1024, key_type="{be32 source, be16 port, u8 proto, u8 pad}",
                value_type="{u64 packets, u64 bytes}"),
        MapSpec("events", MapType.RINGBUF, 0, 0, 4096),
        MapSpec("totals", MapType.ARRAY, 4, 8, 2, 1024),
        MapSpec(".rodata", MapType.ARRAY, 4, 16, 1, 128, "u32", frozen=True,
                init=((bytes(4), b"\x22\0\0\0short by %d\0"),)),
        MapSpec(".data", MapType.ARRAY, 4, 8, 1, 0, "u32", init=((bytes(4), b"\7" + bytes(7)),)),
        MapSpec(".rodata.cst16", MapType.ARRAY, 4, 16, 1, 128, "u32", frozen=True,
                init=((bytes(4), b"\1" + bytes(15)),)),
        MapSpec(".bss", MapType.ARRAY, 4, 8, 1, 0, "u32", init=((bytes(4), bytes(8)),)),
    )  # fmt: skip


def test_a_function_called_twice_is_there_once() -> None:
    [program] = load("count").programs
    assert (program.name, program.hook, program.license) == ("count_flows", "xdp", "Dual BSD/GPL")
    assert program.functions == {"count_flows": 0, "count": 63}
    calls = [
        pc + 1 + insn.imm
        for pc, insn in enumerate(program.insns)
        if isinstance(insn, Call) and insn.kind is CallKind.LOCAL
    ]
    assert calls == [63, 63]


def test_addresses_of_maps_and_data() -> None:
    [program] = load("count").programs
    assert addresses(program) == [
        (ImmKind.MAP_VALUE, 4, 0), (ImmKind.MAP_VALUE, 3, 0), (ImmKind.MAP_VALUE, 3, 4),
        (ImmKind.MAP_VALUE, 6, 0), (ImmKind.MAP_FD, 0, 0), (ImmKind.MAP_FD, 0, 0), (ImmKind.MAP_FD, 2, 0),
    ]  # fmt: skip


def test_programs_that_name_each_other() -> None:
    found = load("jumps")
    assert found.ok
    assert [(each.name, each.prog_type) for each in found.programs] == [
        ("drop", ProgType.XDP),
        ("look", ProgType.XDP),
        ("start", ProgType.SCHED_CLS),
    ]
    first, second, outer, jumps = found.programs[2].maps
    assert (first.name, second.name) == ("first", "second")
    assert outer.inner is not None
    assert (outer.inner.type, outer.inner.value_type, outer.value_size) == (MapType.ARRAY, "u64", 4)
    assert outer.init == ((b"\2\0\0\0", bytes(4)), (b"\5\0\0\0", b"\1\0\0\0"))
    assert (jumps.type, jumps.key_size, jumps.value_size) == (MapType.PROG_ARRAY, 4, 4)
    assert jumps.init == ((bytes(4), bytes(4)), (b"\3\0\0\0", b"\1\0\0\0"))


def test_a_callback_is_a_function_of_the_program() -> None:
    look = load("jumps").programs[1]
    [_, callback] = [(pc, insn) for pc, insn in enumerate(look.insns) if isinstance(insn, LoadImm64)]
    assert callback[1].kind is ImmKind.FUNC
    assert callback[0] + 1 + callback[1].imm == look.functions["step"]


def test_the_old_way_to_declare_maps() -> None:
    [program] = load("legacy").programs
    assert program.maps == (
        MapSpec("old", MapType.ARRAY, 4, 16, 3),
        MapSpec("older", MapType.HASH, 8, 1, 5, 1),
    )
    assert [imm for _, imm, _ in addresses(program)] == [1, 0]
    assert (program.hook, program.license, program.gpl) == (None, "", False)


def test_what_the_file_does_not_hold_is_named() -> None:
    found = load("extern")
    assert not found.ok
    assert [each.name for each in found.programs] == ["passes"]
    assert [each.message.split(",")[0] for each in found.diagnostics] == [
        "`calls` calls `bpf_rcu_read_lock`",
        "`reads` uses `HZ`",
    ]


def test_a_function_in_text_is_a_program_where_there_is_no_other() -> None:
    [program] = load("plain").programs
    assert (program.name, program.maps) == ("entry", ())


@pytest.mark.parametrize(
    "file", [file for file in FILES if load(file.stem).programs], ids=lambda file: file.stem
)
def test_an_object_written_out_assembles_to_itself(file: Path) -> None:
    programs = load_elf(file.read_bytes()).programs
    again = assemble(to_source(*programs))
    assert again.ok, again.errors
    for program, copy in zip(programs, again.programs, strict=True):
        assert copy.slots == program.slots
        assert copy.license == program.license
        assert [spec.init for spec in copy.maps] == [spec.init for spec in program.maps]


@pytest.mark.kernel
@pytest.mark.skipif(kernel.unavailable() is not None, reason="the kernel cannot be asked here")
def test_the_kernel_takes_a_loaded_object_and_runs_it() -> None:
    [program] = load("count").programs
    maps = []
    for spec in program.maps:
        made = kernel.KernelMap.create(
            spec.type, spec.key_size, spec.value_size, spec.max_entries, spec.flags
        )
        assert not isinstance(made, int)
        for key, value in spec.init:
            assert made.update(key, value) == 0
        assert not spec.frozen or made.freeze() == 0
        maps.append(made)
    loaded = kernel.load(pack(program.slots), program.prog_type, maps, license=program.license)
    assert loaded.error == 0, loaded.log
    verdicts = [loaded.test_run(bytes(size)).retval for size in (60, 20)]
    assert verdicts == [2, 1]
    assert maps[2].lookup(bytes(4)) == struct.pack("<Q", 1)
    loaded.close()
    for each in maps:
        each.close()


def test_what_is_no_object_file() -> None:
    for data, word in (
        (b"", "no ELF file"),
        (b"not an object", "no ELF file"),
        (b"\x7fELF", "ends inside its header"),
        (b"\x7fELF" + bytes(100), "64-bit little-endian"),
    ):
        found = load_elf(data)
        assert found.programs == ()
        assert word in found.diagnostics[0].message
    assert is_elf(FILES[0].read_bytes())
    assert not is_elf(b"r0 = 0")


def test_a_file_for_another_machine() -> None:
    data = bytearray(FILES[0].read_bytes())
    data[18:20] = (62).to_bytes(2, "little")
    assert load_elf(bytes(data)).diagnostics[0].message == "the file is for machine 62, not BPF (247)"


@given(st.sampled_from(FILES), st.data())
def test_no_bytes_raise(file: Path, data: st.DataObject) -> None:
    whole = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        size = data.draw(st.sampled_from([1, 2, 4, 8]))
        value = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
        whole[at : at + size] = bytes([value]) * size
    load_elf(bytes(whole[: data.draw(st.sampled_from([len(whole), len(whole) // 2, len(whole) - 1]))]))


@given(st.binary(max_size=300))
def test_no_short_bytes_raise(data: bytes) -> None:
    load_elf(b"\x7fELF\2\1\1" + data)


PLAIN = (
    "{u32 verdict, bool known, char[11] name, u64 at, {s16 x, s16 y}[2] track, hex64 next, s64 delta, "
    "u32[3][2] grid}"
)


def test_types_become_words_where_there_are_some() -> None:
    [program] = load("types").programs
    assert (program.hook, program.prog_type) == ("kprobe/do_nanosleep", ProgType.KPROBE)
    shown = {spec.name: (spec.key_type, spec.value_type) for spec in program.maps}
    assert shown == {
        "plain": ("u64", PLAIN),
        "odd": (None, None),
        "real": (None, None),
        "filter": (None, "be32"),
    }
    assert [(spec.key_size, spec.value_size) for spec in program.maps] == [(8, 72), (4, 4), (8, 48), (0, 4)]
    assert program.maps[3].map_extra == 3


def test_offsets_that_libbpf_would_adjust_are_warned_of() -> None:
    found = load("core")
    assert found.ok
    assert [each.code for each in found.diagnostics] == ["core"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pointers", ".data holds addresses, which are only known to a real kernel"),
        ("untyped", "the types of the maps are missing"),
    ],
)
def test_what_cannot_be_loaded_says_why(name: str, message: str) -> None:
    found = load(name)
    assert (found.ok, found.programs) == (False, ())
    assert [each.message for each in found.diagnostics] == [message]
