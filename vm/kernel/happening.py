"""Something that happens once, as the program at a hook gets it: who did it, and where the kernel was."""

from dataclasses import dataclass, replace

from vm.helpers.event import Event, Probe, Task
from vm.kernel.context.inputs import HookInput


@dataclass(frozen=True, slots=True)
class Happening:
    """An event at a hook without a packet: in words, what its context is made of, the running task."""

    text: str
    what: HookInput
    task: Task
    probe: Probe

    def event(self, event: Event) -> Event:
        """The outside world as it is when this happens."""
        return replace(event, task=self.task, probe=self.probe)
