"""A system call under way: what its handlers have to do with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from vm.kernel.context.calls import Thing
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.tables import MAX_FILES, Process
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
        if len(self.process.files) >= MAX_FILES and fd not in self.process.files:
            return -Errno.EMFILE
        self.update(replace(self.process, files={**self.process.files, fd: what}))
        return fd


Handler = Callable[[Call], int]
