"""Everything about the outside world a run may observe; two runs with equal events are equal."""

from dataclasses import dataclass

from vm.helpers.found import Sockets
from vm.helpers.network import DEFAULT_NETWORK, Network


@dataclass(frozen=True, slots=True)
class Task:
    """The process a program runs in the context of."""

    pid: int = 0
    tgid: int = 0
    uid: int = 0
    gid: int = 0
    comm: str = "swapper/0"
    cgroup_id: int = 1
    ppid: int = 0
    parent_comm: str = "swapper/0"
    prio: int = 120
    start_ns: int = 0
    cpu: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """Where the kernel was when a program that traces ran: ``function`` is the address a probe sits at.

    Stacks are addresses, innermost first. ``counter`` is a performance counter's count; it was enabled, and
    ran, for some ns.
    """

    function: int = 0
    kernel_stack: tuple[int, ...] = ()
    user_stack: tuple[int, ...] = ()
    counter: int = 0
    enabled_ns: int = 0
    running_ns: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Clock (ns since boot), CPU, random seed, task, device and network of one run."""

    time_ns: int = 1_000_000_000
    cpu: int = 0
    seed: int = 1
    task: Task = Task()
    ifindex: int = 1
    rx_queue: int = 0
    network: Network = DEFAULT_NETWORK
    probe: Probe = Probe()
    sockets: Sockets | None = None
    """The sockets of its namespace; None where none can be looked up."""
