"""The tables of what can be traced: every row has its record, arguments and words."""

import re

import pytest

from vm.uapi.kernel_structs import layouts
from vm.uapi.prog_types import HOOK_LIST, Named, Targets, hook_named
from vm.uapi.struct_types import Kind
from vm.uapi.structs import lookup
from vm.uapi.targets import target_of, targets
from vm.uapi.tracepoints import SYSCALLS
from vm.uapi.tracing import COMMON, drop_reasons, functions, lsm_hooks, raw_arguments, records
from vm.uapi.user_functions import USER_FUNCTIONS

KNOWN = {
    Targets.TRACEPOINT: records(),
    Targets.RAW_TRACEPOINT: raw_arguments(),
    Targets.FUNCTION: functions(),
    Targets.USER_FUNCTION: USER_FUNCTIONS,
    Targets.LSM_HOOK: lsm_hooks(),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_every_row_is_recorded_and_explained(kind: Targets) -> None:
    assert set(targets(kind)) <= set(KNOWN[kind])
    for row in targets(kind).values():
        assert row.doc.endswith((".", "?"))
        assert re.fullmatch(r"\w+", row.function)
        assert row.file.endswith(".c")


def test_records_begin_behind_the_common_fields() -> None:
    for name, struct in records().items():
        assert struct.fields[0].offset >= COMMON, name
        for field in struct.fields:
            found = lookup(f"{struct.name}.{field.name}")
            assert found is not None
            assert found.offset == field.offset


@pytest.mark.parametrize(
    ("path", "offset", "size"),
    [
        ("sys_enter_openat.filename", 24, 8),
        ("sys_exit_openat.ret", 16, 8),
        ("sched_switch.next_pid", 56, 4),
        ("kfree_skb.reason", 36, 4),
        ("inet_sock_set_state.newstate", 20, 4),
        ("pt_regs.di", 112, 8),
        ("task_struct.comm", 1752, 16),
        ("sock.__sk_common.skc_dport", 12, 2),
        ("file.f_path.dentry", 72, 8),
    ],
)
def test_fields_have_names_for_the_assembler(path: str, offset: int, size: int) -> None:
    found = lookup(path)
    assert found is not None
    assert (found.offset, found.size) == (offset, size)


def test_system_calls_are_recorded_at_both_ends() -> None:
    for row in SYSCALLS:
        assert records()[f"syscalls/sys_enter_{row.name}"].fields[0].name == "__syscall_nr"
        names = [field.name for field in records()[f"syscalls/sys_exit_{row.name}"].fields]
        assert names == ["__syscall_nr", "ret"]
    assert records()["syscalls/sys_enter_openat"].fields[2].kind is Kind.POINTER


def test_structures_that_arguments_lead_to_are_known() -> None:
    prototypes = [*functions().values(), *lsm_hooks().values()]
    given = [row for found in prototypes for row in found.arguments]
    given += [row for found in raw_arguments().values() for row in found]
    led_to = {row.target for row in given if row.kind == "pointer"}
    assert {"task_struct", "sk_buff", "sock", "file", "linux_binprm", "path", "dentry"} <= led_to & set(
        layouts()
    )


def test_reasons_for_drops_have_the_kernels_numbers() -> None:
    assert drop_reasons()["NOT_SPECIFIED"] == 2
    assert drop_reasons()["NO_SOCKET"] == 3
    assert drop_reasons()["XDP"] == 72


@pytest.mark.parametrize(
    ("text", "hook", "target"),
    [
        ("xdp", "xdp", ""),
        ("tc/egress", "tc-egress", ""),
        ("socket/anything", "socket", ""),
        ("TP/sched/sched_switch", "tracepoint", "sched/sched_switch"),
        ("raw_tracepoint/sys_enter", "raw_tp", "sys_enter"),
        ("kprobe/tcp_v4_connect", "kprobe", "tcp_v4_connect"),
        ("cgroup/connect4", "cgroup/connect4", ""),
        ("lsm/file_open", "lsm", "file_open"),
    ],
)
def test_a_hook_is_named_with_its_target(text: str, hook: str, target: str) -> None:
    named = hook_named(text)
    assert named is not None
    assert (named.hook.name, named.target) == (hook, target)
    assert (target_of(named) is not None) == bool(target)


def test_unknown_names_are_told() -> None:
    assert hook_named("nowhere/xdp") is None
    probe = next(hook for hook in HOOK_LIST if hook.name == "kprobe")
    assert target_of(Named(probe, "no_such_function")) is None
