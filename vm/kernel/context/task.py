"""The running task as the kernel keeps it: ``struct task_struct`` and what programs read on from it."""

from functools import lru_cache

from vm.helpers.event import Task
from vm.kernel.context.inputs import Kernel, Value

_KEPT = 1_024
"""Objects of a kind that are made once."""


@lru_cache(_KEPT)
def cred_object(task: Task) -> Kernel:
    """Whose rights the task has."""
    names = ("uid", "euid", "suid", "fsuid"), ("gid", "egid", "sgid", "fsgid")
    users = [(f"{name}.val", task.uid) for name in names[0]]
    return Kernel("cred", (*users, *((f"{name}.val", task.gid) for name in names[1])))


@lru_cache(_KEPT)
def task_object(task: Task) -> Kernel:
    """The task, its parent and its credentials."""
    parent = Kernel(
        "task_struct",
        (("pid", task.ppid), ("tgid", task.ppid), ("comm", comm(task.parent_comm)), ("prio", 120)),
    )
    cred = cred_object(task)
    members: tuple[tuple[str, Value], ...] = (
        ("pid", task.pid),
        ("tgid", task.tgid),
        ("comm", comm(task.comm)),
        ("prio", task.prio),
        ("static_prio", 120),
        ("normal_prio", 120),
        ("real_parent", parent),
        ("parent", parent),
        ("real_cred", cred),
        ("cred", cred),
        ("start_time", task.start_ns),
        ("start_boottime", task.start_ns),
        ("thread_info.cpu", task.cpu),
    )
    return Kernel("task_struct", members)


@lru_cache(_KEPT)
def comm(name: str) -> bytes:
    """A task's name as the kernel keeps it: 16 bytes, the last of them 0."""
    return name.encode()[:15].ljust(16, b"\0")
