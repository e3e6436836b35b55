"""Small worlds, packets and programs for the tests of simulations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from vm.asm import assemble
from vm.helpers.network import Neighbour, Route
from vm.kernel.packet.form import from_form
from vm.kernel.simulation.outcome import Outcome
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.attach import Attachment, parse_place
from vm.kernel.world.events import Event, PacketArrives
from vm.kernel.world.spec import (
    ANY4,
    DEFAULT_WORLD,
    DeviceKind,
    DeviceSpec,
    ListenSpec,
    NetnsSpec,
    ProcessSpec,
    WorldSpec,
)
from vm.program import Program

HOST_MAC, PEER_MAC = "02:00:00:00:00:02", "02:00:00:00:0a:10"
COUNT = """
.map counts array key=u32 value=u64 entries=1
    *(u32 *)(r10 - 4) = 0
    r2 = r10
    r2 += -4
    r1 = counts ll
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
out:
"""


def program(hook: str, text: str, name: str = "prog") -> Program:
    """A program assembled from text."""
    found = assemble(f".program {name}\n.hook {hook}\n{text}")
    assert found.program is not None, found.errors
    return found.program


def attach(place: str, text: str, name: str = "prog") -> Attachment:
    """A program at a place such as ``xdp:eth0``."""
    found = parse_place(place)
    targeted = found.hook in _TARGETED
    hook = f"{found.hook}/{found.target}" if targeted else found.hook
    return Attachment((program(hook, text, name),), found.hook, found.target, found.generic)


_TARGETED = frozenset(
    {
        "tracepoint",
        "raw_tracepoint",
        "kprobe",
        "kretprobe",
        "uprobe",
        "uretprobe",
        "lsm",
        "tp_btf",
        "fentry",
        "fexit",
    }
)


def returns(value: int | str) -> str:
    """The text of a program that does nothing but answer."""
    return f"r0 = {value}\nexit"


def counting(value: int | str) -> str:
    """The text of a program that counts its runs in ``counts`` and answers."""
    return f"{COUNT}r0 = {value}\nexit"


def ethernet(form: Mapping[str, object], dst: str = HOST_MAC, src: str = PEER_MAC) -> bytes:
    """A frame for eth0 of the default world from 192.0.2.10, unless the form says otherwise."""
    ip = {"src": "192.0.2.10", "dst": "192.0.2.1"} | dict(form.get("ip", {}))  # type: ignore[call-overload]
    return from_form({"eth": {"dst": dst, "src": src}, **form, "ip": ip})


def tcp(flags: Sequence[str], dport: int = 80, sport: int = 4000, **more: object) -> bytes:
    """A TCP segment for the host."""
    return ethernet({"tcp": {"sport": sport, "dport": dport, "flags": list(flags)}, **more})


def arrivals(*frames: bytes, device: str = "eth0") -> list[Event]:
    """Frames a millisecond apart."""
    return [PacketArrives(at * 1_000_000, device, data) for at, data in enumerate(frames)]


def run(
    frames: Sequence[bytes], *attachments: Attachment, world: WorldSpec = DEFAULT_WORLD, device: str = "eth0"
) -> Simulation:
    """Lets frames arrive."""
    return simulate(world, arrivals(*frames, device=device), attachments).run()


def stations(outcome: Outcome, packet: int = 0) -> list[str]:
    """The stations one packet of an event came to."""
    return [hop.station for hop in outcome.hops if hop.packet == packet]


def ends(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Where, how, and why each packet of an event ended."""
    return [
        (fate.station, fate.end.value, fate.reason.name if fate.reason is not None else "")
        for fate in outcome.route.fates
    ]


def count_of(simulation: Simulation, name: str = "counts") -> int:
    """The first value of a map."""
    found = next(made for made in simulation.maps if made.spec.name == name)
    return int.from_bytes(next(value for _, value in found.items()), "little")


def with_listener(listening: ListenSpec, world: WorldSpec = DEFAULT_WORLD) -> WorldSpec:
    """The world with one more process that listens."""
    process = ProcessSpec(900, "server", uid=7, cgroup="/pods/web", listens=(listening,))
    return replace(world, processes=(*world.processes, process))


WEB = "10.0.0.2"
"""The address of the pod's end of the veth pair."""


def pod_world() -> WorldSpec:
    """The default world with a pod behind a veth pair, in which something listens on port 80."""
    web_mac, host_mac = bytes.fromhex("02000000aa02"), bytes.fromhex("02000000aa01")
    devices = (
        *DEFAULT_WORLD.devices,
        DeviceSpec("veth0", DeviceKind.VETH, 10, host_mac, (IPv4Interface("10.0.0.1/24"),), peer="web/eth0"),
        DeviceSpec(
            "eth0", DeviceKind.VETH, 11, web_mac, (IPv4Interface(f"{WEB}/24"),), peer="veth0", netns="web"
        ),
    )
    host = DEFAULT_WORLD.namespaces[0]
    host = replace(host, neighbours=(*host.neighbours, Neighbour(IPv4Address(WEB), 10, web_mac)))
    inside = NetnsSpec(
        "web",
        (Route(IPv4Network("0.0.0.0/0"), 11, IPv4Address("10.0.0.1")),),
        (Neighbour(IPv4Address("10.0.0.1"), 11, host_mac),),
        forwarding=False,
    )
    server = ProcessSpec(
        950, "nginx", cgroup="/pods/web", netns="web", listens=(ListenSpec("tcp", ANY4, 80),)
    )
    return replace(
        DEFAULT_WORLD,
        devices=devices,
        namespaces=(host, inside),
        processes=(*DEFAULT_WORLD.processes, server),
    )
