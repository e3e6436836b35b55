"""The scheduler: run queues in the order of waking, slices, and the tracepoints that tell of them."""

import heapq

from vm.kernel.context.hits import sched_switch, sched_wakeup
from vm.kernel.context.hits_tasks import stat_runtime
from vm.kernel.simulation.kernel import Kernel

SLICE_NS = 3_000_000
"""How long a process runs while others wait. Linux has slices of about that length, and weighs more."""
MAX_WANTED_NS = 10_000_000_000
"""What a process may want of a CPU at once."""
RUNNABLE, SLEEPING, DEAD = 0, 1, 0x80


def due(k: Kernel, time_ns: int, what: object) -> None:
    """Lets something happen at a time."""
    heapq.heappush(k.timers, (time_ns, k.tables.next("timer"), k.event_index, what))


def wake(k: Kernel, pid: int, cpu: int, ns: int) -> None:
    """A process wants ``ns`` of a CPU: it is woken where it slept, and gets it or waits its turn."""
    tables = k.tables
    if pid not in tables.processes:
        return
    asleep = tables.wanted.get(pid, 0) <= 0
    tables.wanted[pid] = min(max(tables.wanted.get(pid, 0), 0) + max(ns, 1), MAX_WANTED_NS)
    if not asleep:
        return
    probes, task = k.attached.probes, k.attached.task(tables, pid, cpu)
    for name in ("sched_waking", "sched_wakeup"):
        probes.tracepoint(k, f"sched/{name}", lambda name=name: sched_wakeup(task, cpu, name))  # type: ignore[misc]
    probes.passed(k, "try_to_wake_up", lambda: (task, 3, 0), result=1)
    if not tables.running[cpu]:
        _switch(k, cpu, pid, RUNNABLE)
        return
    tables.queued[cpu] = (*tables.queued[cpu], pid)
    if len(tables.queued[cpu]) == 1:  # who runs was alone so far: its time is limited from now on
        _arm(k, cpu, max(tables.since[cpu] + SLICE_NS, k.now_ns))


def _switch(k: Kernel, cpu: int, pid: int, state: int) -> None:
    """The CPU goes over to another process; ``state`` is what the one before is from now on."""
    tables, attached = k.tables, k.attached
    before = tables.running[cpu]
    previous, following = attached.task(tables, before, cpu), attached.task(tables, pid, cpu)
    attached.probes.tracepoint(
        k, "sched/sched_switch", lambda: sched_switch(previous, following, state if before else RUNNABLE)
    )
    tables.running[cpu], tables.since[cpu] = pid, k.now_ns
    attached.probes.passed(k, "finish_task_switch", lambda: (previous,))
    if pid:
        _arm(k, cpu)


def _arm(k: Kernel, cpu: int, at: int | None = None) -> None:
    """Says when who runs on a CPU has had enough: all it wants, or a slice where others wait."""
    tables = k.tables
    done = tables.since[cpu] + tables.wanted[tables.running[cpu]]
    if at is None:
        at = k.now_ns + SLICE_NS if tables.queued[cpu] else done
    tables.turns[cpu] = tables.turns.get(cpu, 0) + 1
    due(k, min(at, done), ("slice", cpu, tables.turns[cpu]))


def is_stale(k: Kernel, what: object) -> bool:
    """Whether a slice was given another end, or ended otherwise."""
    match what:
        case ("slice", int(cpu), int(turn)):
            return k.tables.turns.get(cpu) != turn or not k.tables.running[cpu]
        case _:
            return False


def slice_over(k: Kernel, cpu: int) -> None:
    """A process has had its slice, or all it wanted."""
    tables = k.tables
    pid = tables.running[cpu]
    ran = k.now_ns - tables.since[cpu]
    task = k.attached.task(tables, pid, cpu)
    k.attached.probes.tracepoint(k, "sched/sched_stat_runtime", lambda: stat_runtime(task, ran))
    tables.wanted[pid] = tables.wanted.get(pid, 0) - ran
    tables.since[cpu] = k.now_ns
    if tables.wanted[pid] > 0 and not tables.queued[cpu]:
        _arm(k, cpu)
        return
    leave(k, cpu, RUNNABLE if tables.wanted[pid] > 0 else SLEEPING)


def leave(k: Kernel, cpu: int, state: int) -> None:
    """What runs on a CPU gives it to the next in its queue."""
    tables = k.tables
    pid, queue = tables.running[cpu], tables.queued[cpu]
    if state == RUNNABLE:
        queue = (*queue, pid)
    following, tables.queued[cpu] = (queue[0], queue[1:]) if queue else (0, ())
    _switch(k, cpu, following, state)


def gone(k: Kernel, pid: int) -> None:
    """A process has ended: it runs nowhere, and waits nowhere."""
    tables = k.tables
    tables.wanted.pop(pid, None)
    for cpu in tables.queued:
        tables.queued[cpu] = tuple(other for other in tables.queued[cpu] if other != pid)
        if tables.running[cpu] == pid:
            leave(k, cpu, DEAD)
