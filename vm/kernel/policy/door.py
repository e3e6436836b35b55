"""The program at a pod's door, its maps filled from the policies: a verdict that can be stepped.

It reads IPv4 alone; policies over IPv6 have verdicts all the same, from the entries.
"""

from dataclasses import replace
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from vm.asm.assembler import assemble
from vm.kernel.packet.build import build
from vm.kernel.packet.layers import Ethernet, Ipv4, Layer, Tcp, Udp
from vm.kernel.policy.entries import Key, PolicyMap
from vm.kernel.policy.identities import Identities
from vm.kernel.policy.model import Direction, Protocol
from vm.program import MapSpec, Program
from vm.source import HookscopeError

_PEER_AT: Final = {Direction.INGRESS: 26, Direction.EGRESS: 30}
"""Where the peer's address stands in a frame: the source of what comes in, else the destination."""
ALLOWED: Final = 1


def door_text(direction: Direction) -> str:
    """The program's text for a direction."""
    text = (files(__package__) / "door.bpf").read_text("utf-8")
    return text.replace("PEER_AT = 26 ", f"PEER_AT = {_PEER_AT[direction]} ")


def door(asked: PolicyMap, identities: Identities) -> Program:
    """The program of a pod's door in a direction, its maps holding the policies' entries."""
    assembly = assemble(door_text(asked.direction))
    program = assembly.programs[0]
    contents = {
        "ipcache": _ipcache(identities),
        "policy": tuple((key.to_bytes(), ALLOWED.to_bytes(4, "little")) for key in asked.entries),
    }
    return replace(program, maps=tuple(_filled(spec, contents[spec.name]) for spec in program.maps))


def source_text(asked: PolicyMap, identities: Identities, about: str) -> str:
    """The program's text, its maps' first contents written into it; ``about`` is its first line."""
    who = ", ".join(
        f"{prefix}: {number}"
        for prefix, number in identities.prefixes.items()
        if isinstance(prefix, IPv4Network)
    )
    lets = ", ".join(
        f"{{{key.bits}, {key.identity}, {key.protocol}, {key.port}, 0}}: {ALLOWED}" for key in asked.entries
    )
    filled = {"ipcache": who, "policy": lets}
    lines = [
        f"{line} init={{{filled[words[1]]}}}" if (words := line.split())[:1] == [".map"] else line
        for line in door_text(asked.direction).splitlines()
    ]
    return "\n".join([f"; {about}", *lines]) + "\n"


def packet(source: IPv4Address, destination: IPv4Address, protocol: Protocol, port: int) -> bytes:
    """The first frame of a connection, as it passes a door."""
    transport: Layer = Udp(dport=port) if protocol is Protocol.UDP else Tcp(dport=port, flags=2)
    header = Ipv4(src=str(source), dst=str(destination), protocol=protocol.value)
    return build((Ethernet(), header, transport))


def key_of(key: bytes) -> Key:
    """The key that the bytes of a policy map's entry are."""
    if len(key) != 12:
        raise HookscopeError.of("bad-key", f"a key of a policy map has 12 bytes, not {len(key)}")
    return Key(
        identity=int.from_bytes(key[4:8], "big"),
        protocol=key[8],
        port=int.from_bytes(key[9:11], "big"),
        bits=int.from_bytes(key[:4], "little"),
    )


def _ipcache(identities: Identities) -> tuple[tuple[bytes, bytes], ...]:
    return tuple(
        (
            prefix.prefixlen.to_bytes(4, "little") + prefix.network_address.packed,
            number.to_bytes(4, "little"),
        )
        for prefix, number in identities.prefixes.items()
        if isinstance(prefix, IPv4Network)
    )


def _filled(spec: MapSpec, entries: tuple[tuple[bytes, bytes], ...]) -> MapSpec:
    return replace(spec, init=entries, max_entries=max(spec.max_entries, len(entries)))
