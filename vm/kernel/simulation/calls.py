"""System calls on files and processes: what each asks, does, and answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from vm.kernel.context.calls import Thing
from vm.kernel.context.hits import process_exec, process_exit, process_fork, sched_wakeup, signal_generate
from vm.kernel.context.inputs import Kernel as KernelObject
from vm.kernel.simulation import scheduler
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.tables import Process, unbind
from vm.kernel.simulation.tcp import close as close_connection
from vm.kernel.world.events import Arg
from vm.uapi.errno import Errno

Args = tuple[Arg, ...]


@dataclass(slots=True)
class Call:
    """A system call under way. ``passed`` are the kernel functions it came by, with their arguments."""

    k: Kernel
    process: Process
    args: Args
    given: int | None
    passed: list[tuple[str, Sequence[Thing]]]

    @property
    def pid(self) -> int:
        """Who calls."""
        return self.process.spec.pid

    def path(self, at: int) -> str:
        """Argument ``at`` as a path."""
        found = self.args[at] if at < len(self.args) else ""
        return found if isinstance(found, str) else ""

    def number(self, at: int) -> int:
        """Argument ``at`` as a number; 0 where it is none."""
        found = self.args[at] if at < len(self.args) else 0
        return found if isinstance(found, int) else 0

    def through(self, name: str, *args: Thing) -> None:
        """The call comes by a kernel function."""
        self.passed.append((name, args))
        self.k.attached.probes.function(self.k, name, lambda: args)

    def allows(self, hook: str, *args: Thing) -> int:
        """What security modules say: 0, or an error."""
        return self.k.attached.probes.allows(self.k, hook, *args)

    def answer(self, found: int = 0) -> int:
        """What the event says the call returns, else what the model found."""
        return found if self.given is None else self.given

    def update(self, process: Process) -> None:
        """The process is different from now on."""
        self.process = process
        self.k.tables.processes[process.spec.pid] = process

    def opened(self, what: str | int) -> int:
        """A file descriptor for it: the one the event says, else the lowest that is free."""
        if self.given is not None and self.given < 0:
            return self.given
        fd = self.process.free_fd if self.given is None else self.given
        self.update(replace(self.process, files={**self.process.files, fd: what}))
        return fd


Handler = Callable[[Call], int]


def _open(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path = call.path(path_at)
        call.through("do_sys_openat2", call.number(0) if path_at else -100, path, 0)
        call.through("vfs_open", path, path)
        return call.allows("file_open", path) or call.opened(path)

    return run


def _file_of(call: Call) -> str:
    found = call.process.files.get(call.number(0))
    return found if isinstance(found, str) else f"fd {call.number(0)}"


def _transfer(function: str, mask: int) -> Handler:
    def run(call: Call) -> int:
        path, count = _file_of(call), call.number(2)
        refused = call.allows("file_permission", path, mask)
        if refused:
            return refused
        call.through(function, path, call.args[1] if len(call.args) > 1 else 0, count, 0)
        return call.answer(count)

    return run


def _execve(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path = call.path(path_at)
        call.through("bprm_execve", path)
        refused = call.allows("bprm_check_security", path)
        if refused or (call.given or 0) < 0:
            return refused or call.answer()
        call.through("begin_new_exec", path)
        argv = call.args[path_at + 1] if len(call.args) > path_at + 1 else ()
        name = path.rpartition("/")[2][:15]
        spec = replace(
            call.process.spec, comm=name, exe=path, argv=argv if isinstance(argv, tuple) else (path,)
        )
        call.update(replace(call.process, spec=spec))
        k = call.k
        task = k.task()
        k.attached.probes.tracepoint(k, "sched/sched_process_exec", lambda: process_exec(task, path))
        return call.answer()

    return run


def _clone(call: Call) -> int:
    k = call.k
    child = call.given if call.given is not None and call.given > 0 else k.tables.next("pid")
    call.through("kernel_clone", 0)
    parent = call.process.spec
    spec = replace(parent, pid=child, tgid=0, ppid=parent.pid, listens=())
    born = Process(spec, call.process.files, k.spec.boot_ns + k.now_ns)
    parent_task = k.task()
    child_task = replace(parent_task, pid=child, tgid=child, ppid=parent.pid, parent_comm=parent_task.comm)
    refused = call.allows("task_alloc", child_task, call.number(0))
    if refused or (call.given or 0) < 0:
        return refused or call.answer()
    k.tables.processes[child] = born
    probes = k.attached.probes
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
            end(k, target)
        return call.answer()

    return run


def _close(call: Call) -> int:
    fd = call.number(0)
    what = call.process.files.get(fd)
    if what is None:
        return call.answer(-Errno.EBADF)
    call.through("filp_close", what if isinstance(what, str) else 0, 0)
    call.update(replace(call.process, files={n: f for n, f in call.process.files.items() if n != fd}))
    if isinstance(what, int):
        drop_socket(call.k, what, call.pid)
    return call.answer()


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _unlink(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path = call.path(path_at)
        call.through("do_unlinkat", call.number(0) if path_at else -100, path)
        refused = call.allows("path_unlink", _folder(path), path)
        refused = refused or call.allows("inode_unlink", _folder(path), path)
        if not refused:
            call.through("vfs_unlink", 0, _folder(path), path, 0)
        return refused or call.answer()

    return run


def _mkdir(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path, mode = call.path(path_at), call.number(path_at + 1)
        refused = call.allows("path_mkdir", _folder(path), path, mode)
        refused = refused or call.allows("inode_mkdir", _folder(path), path, mode)
        if not refused:
            call.through("vfs_mkdir", 0, _folder(path), path, mode)
        return refused or call.answer()

    return run


def _rename(old_at: int, new_at: int) -> Handler:
    def run(call: Call) -> int:
        old, new = call.path(old_at), call.path(new_at)
        places = (_folder(old), old, _folder(new), new)
        refused = call.allows("path_rename", *places, 0) or call.allows("inode_rename", *places)
        if not refused:
            call.through("vfs_rename", 0)
        return refused or call.answer()

    return run


def _asks(hook: str, *at: int) -> Handler:
    """A call that only security modules have a say in: their hook gets those arguments."""

    def run(call: Call) -> int:
        args = [call.args[n] if n < len(call.args) else 0 for n in at]
        return call.allows(hook, *args) or call.answer()

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


def _ptrace(call: Call) -> int:
    child = call.k.attached.task(call.k.tables, call.number(1), call.k.cpu)
    return call.allows("ptrace_access_check", child, 2) or call.answer()


def _fsync(call: Call) -> int:
    call.through("vfs_fsync_range", _file_of(call), 0, (1 << 63) - 1, 0)
    return call.answer()


FILE_CALLS: Mapping[str, Handler] = MappingProxyType(
    {
        "open": _open(0), "openat": _open(1), "openat2": _open(1),
        "read": _transfer("vfs_read", 4), "pread64": _transfer("vfs_read", 4),
        "write": _transfer("vfs_write", 2), "pwrite64": _transfer("vfs_write", 2),
        "fsync": _fsync, "close": _close,
        "execve": _execve(0), "execveat": _execve(1),
        "clone": _clone, "clone3": _clone, "fork": _clone, "vfork": _clone,
        "exit": _exit, "exit_group": _exit,
        "kill": _kill(0), "tkill": _kill(0), "tgkill": _kill(1),
        "unlink": _unlink(0), "unlinkat": _unlink(1), "mkdir": _mkdir(0), "mkdirat": _mkdir(1),
        "rename": _rename(0, 1), "renameat": _rename(1, 3), "renameat2": _rename(1, 3),
        "chmod": _asks("path_chmod", 0, 1), "fchmodat": _asks("path_chmod", 1, 2),
        "chown": _asks("path_chown", 0, 1, 2), "fchownat": _asks("path_chown", 1, 2, 3),
        "setuid": _setuid, "ptrace": _ptrace, "bpf": _asks("bpf", 0, 1, 2),
        "mount": _asks("sb_mount", 0, 1, 2, 3), "ioctl": _asks("file_ioctl", 0, 1, 2),
    }
)  # fmt: skip
"""Calls on files and processes by name; those in no table are told of, and return what the event says."""
