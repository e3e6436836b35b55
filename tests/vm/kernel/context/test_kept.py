"""Objects taken over from earlier runs are what a run without them would have put, byte for byte."""

import pytest

from vm.helpers.event import Event
from vm.kernel.context import create
from vm.kernel.context.objects import Kept
from vm.kernel.hooks import known_point
from vm.kernel.sample_events import sample_events
from vm.memory.memory import Memory

HOOKS = (
    "tracepoint/sched/sched_switch", "raw_tp/sched_switch", "raw_tp/sys_enter", "lsm/file_open",
    "lsm/path_rename", "kprobe/vfs_read", "kretprobe/vfs_read", "kprobe/__x64_sys_execve",
    "fentry/tcp_connect",
    "tp_btf/kfree_skb", "netfilter/forward", "cgroup/connect4", "cgroup/setsockopt", "perf_event",
)  # fmt: skip
Placed = list[tuple[str, int, bytes]]


def placed(memory: Memory) -> Placed:
    """All there is: names, addresses, bytes."""
    return [(region.name, region.base, bytes(region.data)) for region in memory.regions]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("task", [False, True])
def test_the_memory_is_the_same(hook: str, *, task: bool) -> None:
    point, memory, kept = known_point(hook), Memory([]), Kept()
    mark = memory.mark()
    happenings = sample_events(point)
    for happening in (*happenings, *happenings, *reversed(happenings), happenings[1]):
        event = happening.event(Event())
        memory.rewind(mark)
        again = create(point.prog_type, happening.what, memory, event, fields={}, kept=kept, task=task)
        bare = Memory([])
        first = create(point.prog_type, happening.what, bare, event, fields={}, task=task)
        assert placed(memory) == placed(bare)
        assert memory.used == bare.used
        assert again.address == first.address
        for name, base, data in placed(memory):
            found = memory.locate(base)
            assert found is not None, name
            assert bytes(found.region.data) == data
