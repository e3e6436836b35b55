"""Directives: programs, maps, data, constants."""

import pytest

from tests.vm.asm.test_forms import program
from vm.asm import assemble
from vm.asm.directives import DIRECTIVES
from vm.instruction import Call, Instruction, LoadImm64
from vm.isa import CallKind, ImmKind
from vm.program import MapSpec, Program
from vm.uapi.map_types import MapFlag, MapType
from vm.uapi.prog_types import HOOKS, ProgType

END = "\nr0 = 0\nexit\n"


def maps(text: str) -> tuple[MapSpec, ...]:
    """The maps that a text declares."""
    return program(text + END).maps


def loads(found: Program) -> list[LoadImm64]:
    """The ld_imm64 of a program, in order."""
    return [insn for insn in found.insns if isinstance(insn, LoadImm64)]


def test_name_hook_and_licence() -> None:
    found = program('.program drop_all\n.hook tc-ingress\n.license "Dual BSD/GPL"' + END)
    assert (found.name, found.hook, found.license) == ("drop_all", "tc", "Dual BSD/GPL")
    assert found.prog_type is ProgType.SCHED_CLS
    assert found.gpl


def test_what_is_not_said() -> None:
    assembly = assemble(END, name="unnamed", prog_type=ProgType.CGROUP_SKB)
    assert assembly.program is not None
    assert assembly.program.name == "unnamed"
    assert assembly.program.prog_type is ProgType.CGROUP_SKB
    assert (assembly.program.hook, assembly.program.license) == (None, "GPL")
    assert program(END).prog_type is ProgType.XDP


def test_a_proprietary_licence() -> None:
    assert not program(".license Proprietary, all rights reserved" + END).gpl


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_taken(hook: str) -> None:
    assert program(f".hook {hook}" + END).prog_type is HOOKS[hook].prog_type


def test_a_header_says_hook_and_name() -> None:
    found = program("xdp guard:" + END)
    assert (found.name, found.hook, found.labels) == ("guard", "xdp", {"guard": 0})


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("counts hash key=ipv4 value=u64 entries=1024",
         MapSpec("counts", MapType.HASH, 4, 8, 1024, key_type="ipv4", value_type="u64")),
        ("pairs BPF_MAP_TYPE_LRU_HASH key={ipv4 addr, port p} value={u32 hits, u64 bytes} entries=1<<4",
         MapSpec("pairs", MapType.LRU_HASH, 8, 16, 16, key_type="{ipv4 addr, port p}",
                 value_type="{u32 hits, u64 bytes}")),
        ("a array value=u32 entries=2 init={10, 20}",
         MapSpec("a", MapType.ARRAY, 4, 4, 2, key_type="u32", value_type="u32",
                 init=((b"\0\0\0\0", b"\x0a\0\0\0"), (b"\1\0\0\0", b"\x14\0\0\0")))),
        ("a array value=u32 entries=2 init={1: ETH_P_IP} frozen flags=BPF_F_RDONLY_PROG|BPF_F_MMAPABLE",
         MapSpec("a", MapType.ARRAY, 4, 4, 2, int(MapFlag.RDONLY_PROG | MapFlag.MMAPABLE), "u32", "u32",
                 init=((b"\1\0\0\0", b"\0\x08\0\0"),), frozen=True)),
        ("h hash key=ipv4 value={u32 a, u32 b} entries=9 init={10.0.0.1: {a: 1, b: 2}, 10.0.0.2: {3, 4}}",
         MapSpec("h", MapType.HASH, 4, 8, 9, key_type="ipv4", value_type="{u32 a, u32 b}",
                 init=((b"\x0a\0\0\1", b"\1\0\0\0\2\0\0\0"), (b"\x0a\0\0\2", b"\3\0\0\0\4\0\0\0")))),
        ("t lpm_trie key=prefix4 value=u8 entries=4 flags=BPF_F_NO_PREALLOC init={10.0.0.0/8: 1}",
         MapSpec("t", MapType.LPM_TRIE, 8, 1, 4, 1, "prefix4", "u8", init=((b"\x08\0\0\0\x0a\0\0\0",
         b"\1"),))),
        ("q queue value=u32 entries=4 init={7, 8}",
         MapSpec("q", MapType.QUEUE, 0, 4, 4, value_type="u32", init=((b"", b"\7\0\0\0"),
         (b"", b"\x08\0\0\0")))),
        ("r ringbuf entries=4096", MapSpec("r", MapType.RINGBUF, 0, 0, 4096)),
        ("b bloom_filter value=ipv4 entries=64 extra=3",
         MapSpec("b", MapType.BLOOM_FILTER, 0, 4, 64, value_type="ipv4", map_extra=3)),
        ("p perf_event_array", MapSpec("p", MapType.PERF_EVENT_ARRAY, 4, 4, 0, 0, "u32", "u32")),
        ("raw hash key=6 value=10 entries=1 init={01 02 03 04 05 06: aa}",
         MapSpec("raw", MapType.HASH, 6, 10, 1, init=((b"\1\2\3\4\5\6", b"\xaa" + bytes(9)),))),
        ("six hash key=ipv6 value=mac entries=1 init={2001:db8::7: 02:00:5e:10:00:01}",
         MapSpec("six", MapType.HASH, 16, 6, 1, key_type="ipv6", value_type="mac",
                 init=((bytes.fromhex("20010db8000000000000000000000007"), b"\2\0\x5e\x10\0\1"),))),
        ("bomb hash key=u32 value=u64 entries=4294967295",
         MapSpec("bomb", MapType.HASH, 4, 8, 0xFFFFFFFF, key_type="u32", value_type="u64")),
    ],
)  # fmt: skip
def test_maps(text: str, spec: MapSpec) -> None:
    assert maps(f".map {text}") == (spec,)


def test_a_blank_ends_an_argument() -> None:
    [found] = assemble(f".map m array value=u32 entries=1 << 4{END}").errors
    assert (found.code, found.span and found.span.start) == ("trailing", 33)


def test_maps_of_maps_name_their_inner_maps() -> None:
    outer = maps(
        ".map small array value=u32 entries=4\n.map other array value=u32 entries=4\n"
        ".map outer hash_of_maps key=u32 entries=2 inner=small init={5: other, 6: small}"
    )[2]
    assert outer.inner is not None
    assert outer.inner.name == "small"
    assert outer.init == ((b"\5\0\0\0", b"\1\0\0\0"), (b"\6\0\0\0", bytes(4)))


def test_several_programs_share_maps_and_name_each_other() -> None:
    assembly = assemble(
        ".hook xdp\n.map jumps prog_array entries=4 init={0: second, 3: first}\n"
        ".program first\nr2 = jumps ll\nr3 = 0\ncall bpf_tail_call\nout: r0 = 1\nexit\n"
        ".program second\n.license Other\nout: goto out\n"
    )
    assert [found.name for found in assembly.programs] == ["first", "second"]
    assert [found.hook for found in assembly.programs] == ["xdp", "xdp"]  # given above the first program
    assert [found.license for found in assembly.programs] == ["GPL", "Other"]
    assert [len(found.slots) for found in assembly.programs] == [6, 1]
    assert [found.labels for found in assembly.programs] == [{"out": 4}, {"out": 0}]
    assert assembly.programs[0].maps == assembly.programs[1].maps
    assert assembly.programs[0].maps[0].init == ((bytes(4), b"\1\0\0\0"), (b"\3\0\0\0", bytes(4)))


def test_two_programs_of_one_name() -> None:
    [found] = assemble(".program a\nexit\n.program a\nexit").errors
    assert (found.code, found.span and found.span.line) == ("twice", 3)


def test_read_only_data_is_laid_out_in_one_frozen_map() -> None:
    found = program(
        '.string hello "hi\\n"\n.rodata limit u32 0x11223344\n.rodata text "a\\"b;c#d//e"\n'
        "r1 = hello ll\nr2 = limit ll\nr3 = &text + 1\nr4 = sizeof(hello)" + END
    )
    [rodata] = found.maps
    assert (rodata.name, rodata.type, rodata.max_entries, rodata.frozen) == (
        ".rodata",
        MapType.ARRAY,
        1,
        True,
    )
    assert rodata.flags == MapFlag.RDONLY_PROG
    value = b'hi\n\0\x44\x33\x22\x11a"b;c#d//e\0'
    assert (rodata.value_size, rodata.init) == (len(value), ((bytes(4), value),))
    assert [(insn.kind, insn.imm, insn.next_imm) for insn in loads(found)] == [
        (ImmKind.MAP_VALUE, 0, at) for at in (0, 4, 9)
    ]


def test_variables() -> None:
    found = program(".data small u8 7\n.data wide u64 = 1\n.bss zero {u32 a, u64 b}\nr1 = wide ll" + END)
    data, bss = found.maps
    assert (data.name, data.frozen, data.flags) == (".data", False, 0)
    assert data.init[0][1] == b"\7" + bytes(7) + b"\1" + bytes(7)
    assert (bss.name, bss.value_size, bss.init[0][1]) == (".bss", 16, bytes(16))
    assert loads(found)[0].next_imm == 8


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (".const A = 5", 5), (".const A 5", 5), (".equ A, 5", 5), (".const A=5", 5),
        (".const B = 4\n.const A = (B + 1) * sizeof(iphdr)", 100), (".const A = -1", -1),
        (".const A = ETH_HLEN + iphdr.saddr ; a comment", 26),
    ],
)  # fmt: skip
def test_constants(text: str, value: int) -> None:
    assert assemble(f"{text}\nr0 = A{END}").symbols.constants["A"] == value


def test_bits() -> None:
    found = program(".slot 0x95\n.slot 0000000500000118\n.slot 0x0000000700000000\n.slot 0xff" + END)
    assert [type(insn).__name__ for insn in found.insns[:4]] == ["Exit", "LoadImm64", "NoneType", "Invalid"]
    assert found.insns[1] == LoadImm64(1, ImmKind.VALUE, 5, 7)


def test_functions() -> None:
    found = program("call help\nr1 = back ll\nexit\nhelp: exit\nback: exit\nloop: goto loop")
    assert found.functions == {"program": 0, "help": 4, "back": 5}
    assert found.labels == {"help": 4, "back": 5, "loop": 6}
    insns: tuple[Instruction | None, ...] = found.insns
    assert insns[0] == Call(CallKind.LOCAL, 3)
    assert insns[1] == LoadImm64(1, ImmKind.FUNC, 3)


def test_maps_may_be_given_from_outside() -> None:
    counts = MapSpec("counts", MapType.HASH, 4, 8, 16)
    assembly = assemble("r1 = counts ll" + END, maps=[counts])
    assert assembly.program is not None
    assert assembly.program.maps == (counts,)
    assert loads(assembly.program)[0].imm == 0


def test_what_compilers_write_is_passed_over() -> None:
    text = (
        "\t.text\n\t.globl f\n\t.p2align 3\n\t.type f,@function\nf:\n\tr0 = 0\n\texit\n.Lend:\n\t.size f, 9\n"
    )
    assert program(text).labels == {"f": 0, ".Lend": 2}


def test_every_directive_has_usage_and_meaning() -> None:
    for name, row in DIRECTIVES.items():
        assert row.usage.startswith(name)
        assert row.doc.endswith(".")
