"""More tracepoints of tasks as programs get them. Facts: include/trace/events/{task,sched,signal}.h."""

from vm.helpers.event import Task
from vm.kernel.context.hits import Hit, siginfo
from vm.kernel.context.inputs import Text, Value
from vm.kernel.context.task import comm, task_object


def newtask(child: Task, flags: int) -> Hit:
    """``task/task_newtask``: a task was made."""
    fields: dict[str, Value] = {"pid": child.pid, "comm": comm(child.comm), "clone_flags": flags}
    return Hit("task/task_newtask", fields, (task_object(child), flags))


def rename(task: Task, name: str) -> Hit:
    """``task/task_rename``: a task gets another name, as execve gives it."""
    fields: dict[str, Value] = {"pid": task.pid, "oldcomm": comm(task.comm), "newcomm": comm(name)}
    return Hit("task/task_rename", fields, (task_object(task), Text(name.encode())))


def signal_deliver(signal: int) -> Hit:
    """``signal/signal_deliver``: a signal is acted on, by its default."""
    return Hit("signal/signal_deliver", {"sig": signal}, (signal, siginfo(signal), 0))


def process_wait(pid: int, task: Task) -> Hit:
    """``sched/sched_process_wait``: a process waits for a child."""
    fields: dict[str, Value] = {"comm": _text(task), "pid": pid, "prio": task.prio}
    return Hit("sched/sched_process_wait", fields, (0,))


def stat_runtime(task: Task, ns: int) -> Hit:
    """``sched/sched_stat_runtime``: a task has run for so long."""
    fields: dict[str, Value] = {"comm": _text(task), "pid": task.pid, "runtime": ns}
    return Hit("sched/sched_stat_runtime", fields, (task_object(task), ns))


def _text(task: Task) -> bytes:
    return task.comm.encode() + b"\0"
