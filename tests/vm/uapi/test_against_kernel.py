"""The tables of vm.uapi against what Linux 6.18 itself says of its types."""

import re
from enum import IntEnum
from typing import Any

import pytest

from tests.vm.uapi.btf import golden, of_this_kernel
from vm.uapi.attach_types import AttachType
from vm.uapi.constants import CONSTANTS
from vm.uapi.helper_ids import HelperId
from vm.uapi.kernel_members import member
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Struct
from vm.uapi.structs import STRUCTS

RECORDED = golden()

RENAMED_MEMBERS = re.compile(
    r"(iphdr|ipv6hdr)\.addrs\.|icmphdr\.un\.|icmp6hdr\.icmp6_dataun\.|bpf_lpm_trie_key_u8\.(hdr|data)$"
)
"""Members of unions that repeat others under a longer name, or that our tables name without the union."""


def numbers(enum: type[IntEnum], prefix: str) -> dict[str, int]:
    return {f"{prefix}{member.name}": int(member) for member in enum}


@pytest.mark.parametrize(
    ("enum", "prefix", "kernel_enum"),
    [
        (ProgType, "BPF_PROG_TYPE_", "bpf_prog_type"),
        (MapType, "BPF_MAP_TYPE_", "bpf_map_type"),
        (AttachType, "BPF_", "bpf_attach_type"),
    ],
)
def test_every_number_is_the_kernels(enum: type[IntEnum], prefix: str, kernel_enum: str) -> None:
    kernel = {
        name: number
        for name, number in RECORDED["enums"][kernel_enum].items()
        if not name.startswith("__") and not name.endswith("_DEPRECATED")
    }
    assert numbers(enum, prefix) == kernel


def test_every_helper_number_is_the_kernels() -> None:
    kernel = {
        name.removeprefix("BPF_FUNC_").upper(): number
        for name, number in RECORDED["enums"]["bpf_func_id"].items()
        if name.startswith("BPF_FUNC_") and number
    }
    assert numbers(HelperId, "") == kernel


def test_every_constant_the_kernel_tells_has_its_value() -> None:
    kernel: dict[str, int] = RECORDED["constants"]
    assert len(kernel) > 120
    assert {name: CONSTANTS[name].value for name in kernel} == kernel


def members(struct: Struct) -> set[tuple[str, int, int]]:
    """Name, bit offset and width of every field, as BTF counts them on a little-endian machine."""
    return {
        (field.name, 8 * field.offset + field.bits.shift, field.bits.width)
        if field.bits is not None
        else (field.name, 8 * field.offset, 8 * field.size)
        for field in struct.fields
    }


@pytest.mark.parametrize("name", RECORDED["structs"])
def test_every_member_of_a_kernel_struct_is_a_field(name: str) -> None:
    kernel = RECORDED["structs"][name]
    ours = members(STRUCTS[name])
    missing = [
        row
        for row in kernel["members"]
        if tuple(row) not in ours and not RENAMED_MEMBERS.match(f"{name}.{row[0]}")
    ]
    assert missing == []
    assert STRUCTS[name].size == kernel["size"] or name == "arphdr"  # ours has the IPv4 body too


def test_every_other_struct_is_no_struct_of_the_user_api() -> None:
    others = {"dnshdr", "bpf_perf_event_data", "pt_regs", "bpf_raw_tracepoint_args"}
    assert set(STRUCTS) - set(RECORDED["structs"]) == others


def test_registers_lie_where_the_kernel_has_them() -> None:
    for field in STRUCTS["pt_regs"].fields:
        place = member("pt_regs", field.name)
        assert place is not None
        assert place.offset == field.offset
        assert place.size == field.size or field.name in ("cs", "ss")
        assert STRUCTS["bpf_perf_event_data"].fields[field.offset // 8].offset == field.offset


def test_the_recording_is_what_this_kernel_says() -> None:
    live: dict[str, Any] | None = of_this_kernel()
    if live is None:
        pytest.skip("needs a Linux 6.18 with /sys/kernel/btf/vmlinux")
    assert live == RECORDED
