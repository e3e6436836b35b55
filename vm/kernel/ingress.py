"""The way a packet takes into the machine, first form: stations in order, and where a verdict ends it."""

from collections.abc import Iterator
from dataclasses import dataclass

from vm.kernel.hooks import Effect, HookPoint, Verdict


@dataclass(frozen=True, slots=True)
class Station:
    """A place on the way: what happens there, and the kernel function it stands for."""

    id: str
    title: str
    kernel: str
    doc: str


INGRESS = (
    Station("nic", "NIC", "napi_poll, net/core/dev.c", "The driver takes the frame from its ring."),
    Station("xdp", "XDP", "bpf_prog_run_xdp, include/net/xdp.h", "XDP programs see the bare frame."),
    Station(
        "skb", "sk_buff", "napi_build_skb, net/core/skbuff.c", "The kernel makes a socket buffer for it."
    ),
    Station("tc", "tc ingress", "sch_handle_ingress, net/core/dev.c", "tc programs see the socket buffer."),
    Station(
        "cgroup",
        "cgroup",
        "__cgroup_bpf_run_filter_skb, kernel/bpf/cgroup.c",
        "Programs of the cgroup decide.",
    ),
    Station("filter", "filter", "sk_filter_trim_cap, net/core/filter.c", "The socket's own filter decides."),
    Station(
        "socket", "socket", "sock_queue_rcv_skb, net/core/sock.c", "The bytes wait for a process to read."
    ),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A station a packet came to; ``verdict`` where a program ran."""

    station: str
    title: str
    verdict: str | None = None
    note: str = ""


def journey(hook: HookPoint, verdict: Verdict) -> Iterator[Visit]:
    """The stations of a packet whose one program, at ``hook``, gave ``verdict``."""
    for station in INGRESS:
        if station.id != hook.station:
            yield Visit(station.id, station.title)
            continue
        yield Visit(station.id, station.title, verdict.name, verdict.doc)
        if verdict.effect is not Effect.PASS:
            return
