"""One thing that is given to a program: a packet or an event, when, where, and what is set before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vm.helpers.event import Probe, Task
from vm.kernel.context import HookInput

_NOTHING: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Stimulus:
    """``number`` counts what is sent from 1. ``values`` are the bytes put into variables first.

    Those of one ``meeting`` (None: alone) run at the same time, on their CPUs; ``all_orders`` says whether
    all orders of their steps are tried, or some.
    """

    number: int
    what: bytes | HookInput
    words: str
    time_ns: int
    cpu: int = 0
    values: Mapping[str, bytes] = field(default_factory=lambda: _NOTHING)
    meeting: int | None = None
    all_orders: bool = True
    task: Task | None = None
    probe: Probe | None = None

    @property
    def packet(self) -> bytes | None:
        """The packet, where it is one."""
        return self.what if isinstance(self.what, bytes) else None
