"""The tables of vm.uapi are total and without contradiction."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.uapi.constants import BY_GROUP, CONSTANTS, GROUPS, name_of
from vm.uapi.errno import Errno, errno_name
from vm.uapi.helper_ids import HELPER_NAMES, HelperId, helper_id, helper_name
from vm.uapi.map_types import MAP_FLAG_DOCS, MAP_TYPE_DOCS, MapFlag, MapType, map_type
from vm.uapi.prog_types import HOOK_LIST, HOOKS, ProgType, prog_type
from vm.uapi.struct_types import Bits, Field, Kind, Struct
from vm.uapi.structs import STRUCT_ALIASES, STRUCTS, lookup

ALL_STRUCTS = list(STRUCTS.values())
ALL_FIELDS = [(struct, field) for struct in ALL_STRUCTS for field in struct.fields]


def bits_of(field: Field) -> set[int]:
    """The bits of its struct a field names, bit 0 of a byte being its least significant."""
    if field.bits is None:
        return set(range(8 * field.offset, 8 * field.end))
    value_bits = range(field.bits.shift, field.bits.shift + field.bits.width)
    if field.kind in (Kind.BE16, Kind.BE32):
        return {8 * (field.end - 1 - bit // 8) + bit % 8 for bit in value_bits}
    return {8 * field.offset + bit for bit in value_bits}


@pytest.mark.parametrize("struct", ALL_STRUCTS, ids=lambda struct: struct.name)
def test_fields_tile_their_struct_but_for_aliases(struct: Struct) -> None:
    named: list[int] = sorted(bit for field in struct.fields if not field.alias for bit in bits_of(field))
    assert named == list(range(8 * struct.size))


@pytest.mark.parametrize("struct", ALL_STRUCTS, ids=lambda struct: struct.name)
def test_field_names_are_unique_and_fields_lie_inside(struct: Struct) -> None:
    names = [field.name for field in struct.fields]
    assert len(names) == len(set(names))
    for field in struct.fields:
        assert field.offset >= 0
        assert field.size > 0
        assert field.end <= struct.size
        assert field.bits is None or field.bits.shift + field.bits.width <= 8 * field.size
        assert field.element_size * field.count == field.size


@pytest.mark.parametrize(("struct", "field"), ALL_FIELDS, ids=lambda item: item.name)
def test_every_field_is_found_by_its_path_and_explained(struct: Struct, field: Field) -> None:
    assert lookup(f"{struct.name}.{field.name}") is field
    assert field.doc.endswith(".")
    assert field.symbols is None or field.symbols in BY_GROUP


def test_fixed_width_kinds_have_their_width() -> None:
    widths = {Kind.MAC: 6, Kind.IPV4: 4, Kind.IPV6: 16, Kind.CHECKSUM: 2}
    for _, field in ALL_FIELDS:
        assert widths.get(field.kind, field.size) == field.size


def test_short_names_and_elements() -> None:
    for short, name in STRUCT_ALIASES.items():
        assert name in STRUCTS
        assert short not in STRUCTS
    assert lookup("ip.saddr") is lookup("iphdr.saddr")
    assert lookup("skb.cb0") is lookup("__sk_buff.cb[0]") is not None
    flags = lookup("tcp.flags")
    assert flags is not None
    assert (flags.offset, flags.size) == (13, 1)


@pytest.mark.parametrize(
    "path", ["", ".", "iphdr", "iphdr.", "iphdr.source", "nothing.saddr", "skb.cb5", "skb.cb[5]", "1.2"]
)
def test_a_path_to_nothing_finds_nothing(path: str) -> None:
    assert lookup(path) is None


def test_bits_read_a_value() -> None:
    assert Bits(4, 4).of(0x45) == 4
    assert Bits(0, 12).mask == 0xFFF


def test_constants_are_unique_grouped_and_explained() -> None:
    names = [row[0] for group in GROUPS for row in group.rows]
    assert len(names) == len(set(names)) == len(CONSTANTS)
    assert len({group.name for group in GROUPS}) == len(GROUPS)
    assert all(group.doc.endswith(".") for group in GROUPS)
    for name, constant in CONSTANTS.items():
        assert name == constant.name
        assert constant.doc.endswith((".", "?"))
        assert constant in BY_GROUP[constant.group]


def test_a_value_finds_its_name_within_a_group() -> None:
    assert name_of("XDP verdict", 1) == "XDP_DROP"
    assert name_of("XDP verdict", 9) is None


def test_every_type_and_flag_is_explained() -> None:
    assert set(MAP_TYPE_DOCS) == set(MapType)
    assert set(MAP_FLAG_DOCS) == set(MapFlag)


def test_labels_name_their_types() -> None:
    for kind in MapType:
        assert map_type(kind.label) is map_type(kind.kernel_name) is kind
        assert map_type(kind.label.replace("_", "-")) is kind
    for program in ProgType:
        assert prog_type(program.kernel_name) is prog_type(program.label) is program
    assert map_type("tree") is None
    assert prog_type("tree") is None


def test_hooks_have_distinct_names_and_known_contexts() -> None:
    assert sum(len(hook.names) for hook in HOOK_LIST) == len(HOOKS)
    for hook in HOOK_LIST:
        assert hook.context is None or hook.context in STRUCTS
        assert hook.default_verdict is None or hook.default_verdict in CONSTANTS
        assert hook.doc.endswith(".")
    assert HOOKS["tc-ingress"] is HOOKS["tc"]
    assert HOOKS["tc-egress"].prog_type is ProgType.SCHED_CLS
    assert HOOKS["socket"].name == "socket"


def test_helper_numbers_run_without_a_gap_and_names_round_trip() -> None:
    assert [int(helper) for helper in HelperId] == list(range(1, 212))
    for helper, name in zip(HelperId, HELPER_NAMES, strict=True):
        assert helper_name(helper) == name
        assert helper_id(name) is helper_id(name.removeprefix("bpf_")) is helper
        assert helper_id(f"BPF_FUNC_{helper.name.lower()}") is helper


@given(st.integers())
def test_no_other_number_is_a_helper(number: int) -> None:
    assert (helper_name(number) is None) == (number not in range(1, 212))


def test_error_numbers_ascend_and_are_explained() -> None:
    assert all(int(one) < int(next_one) for one, next_one in pairwise(Errno))
    assert all(error.meaning.endswith(".") for error in Errno)
    assert int(Errno.ENOTSUPP) == 524
    assert errno_name(-2) == errno_name(2) == "ENOENT"
    assert errno_name(0) is None
