"""System calls on processes: what each asks, does, and answers."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from vm.kernel.context.hits import process_exec, process_exit, process_fork, sched_wakeup, signal_generate
from vm.kernel.context.hits_tasks import newtask, process_wait, rename, signal_deliver
from vm.kernel.context.inputs import Kernel as KernelObject
from vm.kernel.simulation import scheduler
from vm.kernel.simulation.calls import Call, Handler
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.tables import Process, unbind
from vm.kernel.simulation.tcp import close as close_connection
from vm.uapi.errno import Errno

_CLONE_THREAD = 0x10000
_TRACEME = 0
"""PTRACE_TRACEME: the caller wants to be traced."""


def _execve(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path = call.path(path_at)
        call.through("bprm_execve", path)
        refused = call.allows("bprm_creds_for_exec", path) or call.allows("bprm_check_security", path)
        if refused or (call.given or 0) < 0:
            return refused or call.answer()
        call.through("begin_new_exec", path)
        argv = call.args[path_at + 1] if len(call.args) > path_at + 1 else ()
        name = path.rpartition("/")[2][:15]
        spec = replace(
            call.process.spec, comm=name, exe=path, argv=argv if isinstance(argv, tuple) else (path,)
        )
        k, before = call.k, call.k.task()
        k.attached.probes.tracepoint(k, "task/task_rename", lambda: rename(before, name))
        call.update(replace(call.process, spec=spec))
        task = k.task()
        k.attached.probes.tracepoint(k, "sched/sched_process_exec", lambda: process_exec(task, path))
        return call.answer()

    return run


def _clone(call: Call) -> int:
    k = call.k
    child = call.given if call.given is not None and call.given > 0 else k.tables.next("pid")
    call.through("kernel_clone", 0)
    parent = call.process.spec
    tgid = (parent.tgid or parent.pid) if call.number(0) & _CLONE_THREAD else 0
    spec = replace(parent, pid=child, tgid=tgid, ppid=parent.pid, listens=())
    born = Process(spec, call.process.files, k.spec.boot_ns + k.now_ns)
    parent_task = k.task()
    child_task = replace(
        parent_task, pid=child, tgid=tgid or child, ppid=parent.pid, parent_comm=parent_task.comm
    )
    refused = call.allows("task_alloc", child_task, call.number(0))
    if refused or (call.given or 0) < 0:
        return refused or call.answer()
    k.tables.processes[child] = born
    probes = k.attached.probes
    flags = call.number(0)
    probes.tracepoint(k, "task/task_newtask", lambda: newtask(child_task, flags))
    probes.tracepoint(k, "sched/sched_process_fork", lambda: process_fork(parent_task, child_task))
    call.through("wake_up_new_task", child_task)
    probes.tracepoint(
        k, "sched/sched_wakeup_new", lambda: sched_wakeup(child_task, k.cpu, "sched_wakeup_new")
    )
    return child


def _exit(call: Call) -> int:
    call.through("do_exit", call.number(0) << 8)
    end(call.k, call.pid)
    return call.answer()


def end(k: Kernel, pid: int) -> None:
    """A process ends: its sockets are closed."""
    process = k.tables.processes.get(pid)
    if process is None:
        return
    task = k.attached.task(k.tables, pid, k.cpu)
    k.attached.probes.tracepoint(k, "sched/sched_process_exit", lambda: process_exit(task))
    del k.tables.processes[pid]
    for what in process.files.values():
        if isinstance(what, int):
            drop_socket(k, what, pid)
    scheduler.gone(k, pid)


def drop_socket(k: Kernel, number: int, pid: int) -> None:
    """A socket is closed by its process; one that children share stays theirs."""
    found = k.tables.sockets.get(number)
    if found is None or found.pid != pid:
        return
    if found.flow is not None:
        close_connection(k, found)
        return
    k.tables.sockets.pop(number)
    unbind(k.tables, found)


_DEADLY = frozenset({1, 2, 3, 6, 9, 11, 13, 14, 15})
"""Signals whose default is to end the process."""


def _kill(pid_at: int) -> Handler:
    def run(call: Call) -> int:
        k, target, signal = call.k, call.number(pid_at), call.number(pid_at + 1)
        victim = k.tables.processes.get(target)
        if victim is None:
            return call.answer(-Errno.ESRCH)
        task = k.attached.task(k.tables, target, k.cpu)
        refused = call.allows(
            "task_kill", task, KernelObject("kernel_siginfo", (("si_signo", signal),)), signal, 0
        )
        if refused:
            return refused
        probes = k.attached.probes
        probes.tracepoint(k, "signal/signal_generate", lambda: signal_generate(task, signal))
        if signal in _DEADLY:
            probes.tracepoint(k, "signal/signal_deliver", lambda: signal_deliver(signal))
            end(k, target)
        return call.answer()

    return run


def _setuid(call: Call) -> int:
    k, task = call.k, call.k.task()
    new = replace(task, uid=call.number(0))
    refused = call.allows("task_fix_setuid", new, task, 1)
    if refused or (call.given or 0) < 0:
        return refused or call.answer()
    call.through("commit_creds", new)
    call.update(replace(call.process, spec=replace(call.process.spec, uid=call.number(0))))
    del k
    return call.answer()


def _wait(call: Call) -> int:
    k, pid, task = call.k, call.number(0), call.k.task()
    k.attached.probes.tracepoint(k, "sched/sched_process_wait", lambda: process_wait(pid, task))
    return call.answer()


def _ptrace(call: Call) -> int:
    if call.number(0) == _TRACEME:
        parent = call.k.attached.task(call.k.tables, call.process.spec.ppid, call.k.cpu)
        return call.allows("ptrace_traceme", parent) or call.answer()
    child = call.k.attached.task(call.k.tables, call.number(1), call.k.cpu)
    return call.allows("ptrace_access_check", child, 2) or call.answer()


PROCESS_CALLS: Mapping[str, Handler] = MappingProxyType(
    {
        "execve": _execve(0), "execveat": _execve(1),
        "clone": _clone, "clone3": _clone, "fork": _clone, "vfork": _clone,
        "exit": _exit, "exit_group": _exit,
        "kill": _kill(0), "tkill": _kill(0), "tgkill": _kill(1),
        "setuid": _setuid, "ptrace": _ptrace, "wait4": _wait,
    }
)  # fmt: skip
"""Calls on processes by name."""
