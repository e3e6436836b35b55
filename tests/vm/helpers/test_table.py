"""The table of helpers against what Linux says of each, and against itself."""

import re

import pytest

from tests.vm.helpers.argument_types import asked, kind_for
from tests.vm.helpers.golden import golden
from tests.vm.helpers.permission import ASKED
from vm.helpers.api import Arg, Helper
from vm.helpers.table import HELPERS
from vm.uapi.helper_ids import HelperId, helper_name
from vm.uapi.prog_types import ProgType

PERMISSIONS = golden("permissions.json.gz")
ARGUMENTS = golden("arguments.json.gz")
ACCEPTED = {
    Arg.CTX: {"ctx"},
    Arg.CTX_OR_NULL: {"ctx", "null"},
    Arg.CONST_MAP_PTR: {"map"},
    Arg.ANYTHING: {"scalar", "null", "stack", "ctx", "map", "packet"},
    Arg.CONST_SIZE: set(),
    Arg.CONST_SIZE_OR_ZERO: {"null"},
    Arg.MEM_RDONLY_OR_NULL: {"stack", "null"},
}
"""What the kernel accepts for an argument type; the others are memory that must be there."""
COMMON = """
    map_lookup_elem map_update_elem map_delete_elem map_lookup_percpu_elem map_push_elem map_pop_elem
    map_peek_elem ringbuf_output ringbuf_reserve ringbuf_submit ringbuf_discard ringbuf_query
    perf_event_output ktime_get_ns ktime_get_boot_ns ktime_get_coarse_ns ktime_get_tai_ns jiffies64
    get_prandom_u32 get_smp_processor_id trace_printk trace_vprintk snprintf strtol strtoul strncmp
    tail_call loop for_each_map_elem spin_lock spin_unlock csum_diff csum_update csum_level
    l3_csum_replace l4_csum_replace skb_load_bytes skb_load_bytes_relative skb_store_bytes skb_pull_data
    skb_change_head skb_change_tail skb_change_type skb_change_proto skb_vlan_push skb_vlan_pop
    skb_adjust_room xdp_adjust_head xdp_adjust_meta xdp_adjust_tail xdp_load_bytes xdp_store_bytes
    xdp_get_buff_len redirect redirect_map redirect_neigh redirect_peer clone_redirect fib_lookup
    check_mtu get_hash_recalc set_hash set_hash_invalid get_socket_cookie get_socket_uid
    get_netns_cookie probe_read probe_read_str probe_read_user probe_read_user_str probe_read_kernel
    probe_read_kernel_str get_current_pid_tgid get_current_uid_gid get_current_comm get_current_task
    get_current_cgroup_id get_current_ancestor_cgroup_id get_cgroup_classid skb_cgroup_id
    skb_ancestor_cgroup_id skb_cgroup_classid skb_set_tstamp get_route_realm get_numa_node_id
"""
ROWS = pytest.mark.parametrize("row", HELPERS.values(), ids=lambda row: row.id.name)
VARIADIC = {HelperId.TRACE_PRINTK}


@ROWS
def test_who_may_call_it_is_as_linux_says(row: Helper) -> None:
    kinds, gpl = PERMISSIONS[row.id.name]
    mine = {kind.label for kind in ASKED if row.prog_types is None or kind in row.prog_types}
    assert mine == set(kinds)
    assert row.gpl_only == gpl


@pytest.mark.parametrize("row", tuple(asked()), ids=lambda row: row.id.name)
def test_argument_types_are_as_linux_has_them(row: Helper) -> None:
    whole, *recorded = ARGUMENTS[row.id.name]
    assert "usual" in whole
    in_packet = kind_for(row) is not ProgType.KPROBE
    assert len(recorded) == len(row.args)
    for argument, found in zip(row.args, recorded, strict=True):
        accepted = set(ACCEPTED.get(argument, {"stack"}))
        if "stack" in accepted and argument is not Arg.ANYTHING and row.packet_args:
            accepted.add("packet")
        assert set(found) == (accepted if in_packet else accepted - {"packet"}), argument
    if in_packet:
        assert ("packet" in whole) == (not row.changes_packet)


@ROWS
def test_signature_names_the_helper_and_its_arguments(row: Helper) -> None:
    match = re.fullmatch(r"(?:[a-z]\w* )+\**(\w+)\((.*)\)", row.signature)
    assert match, row.signature
    assert match[1] == helper_name(row.id)
    arguments = [] if match[2] == "void" else match[2].split(", ")
    assert len(arguments) - (row.id in VARIADIC) == len(row.args)


@ROWS
def test_sizes_follow_their_memory(row: Helper) -> None:
    sizes = {Arg.CONST_SIZE, Arg.CONST_SIZE_OR_ZERO}
    sized = {Arg.MEM_RDONLY, Arg.MEM_RDONLY_OR_NULL, Arg.MEM_WRITE, Arg.MEM_WRITE_OR_NULL, Arg.UNINIT_MEM}
    for at, argument in enumerate(row.args):
        assert (argument in sizes) == (at > 0 and row.args[at - 1] in sized)


@ROWS
def test_documentation_is_a_few_sentences(row: Helper) -> None:
    assert row.doc.endswith(".")
    assert 30 <= len(row.doc) <= 320
    assert row.run.__doc__


def test_rows_stand_under_their_own_number() -> None:
    assert all(number == row.id for number, row in HELPERS.items())


@pytest.mark.parametrize(
    "name",
    COMMON.split(),
)
def test_what_maps_and_hooks_commonly_use_is_there(name: str) -> None:
    assert HelperId[name.upper()] in HELPERS
