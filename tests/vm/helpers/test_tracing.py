"""Helpers of programs that trace, on the model's stacks, counters and memory."""

from dataclasses import replace

import pytest

from vm.asm import assemble
from vm.change import OutputKind
from vm.helpers.event import Event
from vm.kernel.hooks import known_point
from vm.kernel.sample_events import sample_events
from vm.kernel.scenario import Scenario, Setup
from vm.machine.trace import Trace
from vm.word import signed


def run(text: str, index: int = 0) -> Trace:
    """The run of a text's program over the sample event of that number at the hook it names."""
    return scenario(text).trace(index)


def scenario(text: str) -> Scenario:
    programs = assemble(text).programs
    assert programs, assemble(text).errors
    point = known_point(programs[0].hook or "")
    return Scenario(Setup(programs, point.prog_type, (), happenings=sample_events(point)))


def answer(text: str, index: int = 0) -> int:
    trace = run(text, index)
    assert trace.ended.how == "exit", trace.ended.message
    return signed(trace.ended.value, 64)


RAW = """r3 = *(u64 *)(r1 + 16)
r3 += task_struct.pid
r1 = r10
r1 += -8
r2 = 4
call bpf_probe_read_kernel
r0 = *(u32 *)(r10 - 8)"""
RETVAL = """r1 = -111
call bpf_set_retval
call bpf_get_retval
r0 <<= 32
r0 s>>= 32"""


@pytest.mark.parametrize(
    ("hook", "body", "expected"),
    [
        ("kprobe/vfs_read", "call bpf_get_func_ip\nr0 >>= 32", 0xFFFFFFFF),
        ("kprobe/vfs_read", "call bpf_get_attach_cookie", 0),
        ("kprobe/vfs_read", "r1 = 9\ncall bpf_send_signal", 0),
        ("kprobe/vfs_read", "r1 = 99\ncall bpf_send_signal", -22),
        ("lsm/task_kill", "r1 = 0\ncall bpf_send_signal", -22),
        ("cgroup/connect4", RETVAL, -111),
        ("cgroup/connect4", "r1 = 5\ncall bpf_set_retval", -22),
        ("tp_btf/sched_switch", "call bpf_get_current_task_btf\nr0 = *(u32 *)(r0 + task_struct.tgid)", 1000),
        ("raw_tp/sched_switch", RAW, 812),
        ("tracepoint/sched/sched_switch", "r0 = *(u32 *)(r1 + sched_switch.next_pid)", 812),
        ("tracepoint/syscalls/sys_exit_openat", "r0 = *(u64 *)(r1 + sys_exit_openat.ret)", 3),
        ("kretprobe/vfs_read", "r0 = *(u64 *)(r1 + pt_regs.ax)", 3),
        ("perf_event", "r0 = *(u64 *)(r1 + bpf_perf_event_data.sample_period)", 1_000_000),
        ("sk_lookup", "r0 = *(u32 *)(r1 + bpf_sk_lookup.local_port)", 443),
        ("sockops", "r0 = *(u32 *)(r1 + bpf_sock_ops.op)", 3),
    ],
)  # fmt: skip
def test_a_program_reads_its_event(hook: str, body: str, expected: int) -> None:
    assert answer(f".hook {hook}\n{body}\nexit") == expected


def test_strings_of_the_process_are_read() -> None:
    text = """.hook tracepoint/syscalls/sys_enter_openat
    .rodata fmt "%s"
    r3 = *(u64 *)(r1 + sys_enter_openat.filename)
    r1 = r10
    r1 += -32
    r2 = 32
    call bpf_probe_read_user_str
    r1 = fmt ll
    r2 = 3
    r3 = r10
    r3 += -32
    call bpf_trace_printk
    exit
"""
    said = [output.data for _, output in run(text).outputs if output.kind is OutputKind.TRACE_PIPE]
    assert b"/etc/passwd" in said[0]


def test_arrays_of_strings_are_read_pointer_by_pointer() -> None:
    text = """.hook tracepoint/syscalls/sys_enter_execve
    r3 = *(u64 *)(r1 + sys_enter_execve.argv)
    r3 += 8
    r1 = r10
    r1 += -8
    r2 = 8
    call bpf_probe_read_user
    r3 = *(u64 *)(r10 - 8)
    r1 = r10
    r1 += -16
    r2 = 8
    call bpf_probe_read_user_str
    r0 = *(u16 *)(r10 - 16)
    exit
"""
    assert answer(text) == int.from_bytes(b"-l", "little")


def test_members_of_kernel_structures_lead_on() -> None:
    text = """.hook lsm/file_open
    r1 = *(u64 *)(r1 + 0)
    r1 = *(u64 *)(r1 + file.f_path.dentry)
    r3 = *(u64 *)(r1 + dentry.d_name.name)
    r1 = r10
    r1 += -16
    r2 = 16
    call bpf_probe_read_kernel_str
    r0 = *(u32 *)(r10 - 16)
    exit
"""
    assert answer(text, 2) == int.from_bytes(b"shad", "little")


STACKS = """.hook kprobe/vfs_read
.map stacks stack_trace key=u32 value=80 entries=16
    r6 = r1
    r2 = stacks ll
    r3 = {flags}
    call bpf_get_stackid
    exit
"""


def test_a_stack_has_one_id() -> None:
    kernel, again, user = (answer(STACKS.format(flags=flags)) for flags in (0, 0, 256))
    assert kernel == again >= 0
    assert user != kernel
    found = scenario(STACKS.format(flags=0))
    found.trace(0)
    (stacks,) = found.maps(3)
    ((_, value),) = stacks.items()
    assert value[:8] == sample_events(known_point("kprobe/vfs_read"))[0].probe.function.to_bytes(8, "little")
    assert answer(STACKS.format(flags=1 << 20)) == -22


def test_a_stack_is_copied() -> None:
    text = """.hook perf_event
    r2 = r10
    r2 += -64
    r3 = 64
    r4 = 0
    call bpf_get_stack
    exit
"""
    assert answer(text) == 24


def test_a_counter_is_read() -> None:
    text = """.hook perf_event
    r2 = r10
    r2 += -24
    r3 = 24
    call bpf_perf_prog_read_value
    r0 = *(u64 *)(r10 - 24)
    exit
"""
    assert answer(text, 1) == 2_000_000


def test_an_address_that_a_program_rewrites_is_the_one_connected_to() -> None:
    text = """.hook cgroup/connect4
    *(u32 *)(r1 + bpf_sock_addr.user_ip4) = 0x0100007f
    *(u32 *)(r1 + bpf_sock_addr.user_port) = 0x12905000
    r0 = *(u32 *)(r1 + bpf_sock_addr.user_port)
    exit
"""
    assert answer(text) == 0x5000


def test_the_event_says_who_runs() -> None:
    point = known_point("kprobe/vfs_read")
    tasks = [happening.event(Event()).task for happening in sample_events(point)]
    assert [task.comm for task in tasks] == ["bash", "nginx", "python3"]
    assert replace(Event(), task=tasks[0]).task.ppid == 410
