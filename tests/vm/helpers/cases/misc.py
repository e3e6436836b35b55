"""Unsafe addresses, redirects, routes, sockets, tasks: as far as the kernel's answer is no accident."""

from collections.abc import Iterator

from tests.vm.helpers.build import CTX, Builder, Case, MapObject, ipv4_packet
from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

_PACKET = ipv4_packet(kind=0x88B5)
_TC, _XDP = ProgType.SCHED_CLS, ProgType.XDP
_ADDRESSES = (
    0, 8, 4096, 0x7FFF_FFFF_0000, 0x7FFF_FFFF_F000, 0x7FFF_FFFF_F001, 0x8000_0000_0000, 0xFFFF_7FFF_FFFF_FFFF,
    0xFFFF_8000_0000_0000, 0xFFFF_FFFF_FF60_0000, 0xFFFF_FFFF_FF60_1000, 0xFFFF_FFFF_FFFF_FFF0,
)  # fmt: skip


def cases() -> Iterator[Case]:
    """All programs."""
    yield from _probes()
    yield from _redirects()
    yield from _routes()
    yield from _sockets()
    yield from _tasks()


def _probes() -> Iterator[Case]:
    helpers = (H.PROBE_READ_KERNEL, H.PROBE_READ_USER, H.PROBE_READ_KERNEL_STR, H.PROBE_READ_USER_STR)
    for helper in helpers:
        for address in _ADDRESSES:
            for size in (0, 1, 8):
                program = Builder(_XDP, _PACKET, f"{helper.name} {size} at {address:#x}")
                target = program.memory(b"\x55" * 8)
                yield program.call(helper, target, size, address).done(2)
    for helper in (H.PROBE_READ_KERNEL, H.PROBE_READ_KERNEL_STR):
        for size in (0, 1, 3, 5, 6, 7, 16):
            program = Builder(_XDP, _PACKET, f"{helper.name} {size} of a string")
            source, target = program.memory(b"hello\0more"), program.memory(b"\x55" * 16)
            yield program.call(helper, target, size, source).done(2)


_DEVMAP = MapSpec("devices", MapType.DEVMAP, 4, 4, 4)
_DEVHASH = MapSpec("by_key", MapType.DEVMAP_HASH, 4, 4, 4)
_CPUMAP = MapSpec("cpus", MapType.CPUMAP, 4, 4, 4)


def _redirects() -> Iterator[Case]:
    for flags in (0, 1, 2, 3, 8, 1 << 16, 1 << 32):
        for prog_type in (_XDP, _TC, ProgType.LWT_XMIT):
            program = Builder(prog_type, _PACKET, f"redirect {prog_type.label} {flags:#x}")
            yield program.call(H.REDIRECT, 1, flags).done()
        yield Builder(_TC, _PACKET, f"peer {flags:#x}").call(H.REDIRECT_PEER, 1, flags).done()
        for size in (0, 4, 19, 20, 24):
            program = Builder(_TC, _PACKET, f"neigh {size} {flags:#x}")
            params = program.memory(bytes(24)) if size else 0
            yield program.call(H.REDIRECT_NEIGH, 1, params, size, flags).done()
        for ifindex in (0, 999):
            program = Builder(_TC, _PACKET, f"clone {ifindex} {flags:#x}")
            yield program.call(H.CLONE_REDIRECT, CTX, ifindex, flags).done()
    for spec in (_DEVMAP, _DEVHASH, _CPUMAP):
        for key in (0, 3, 4, -1, 1 << 32):
            for flags in (0, 1, 2, 3, 4, 8, 10, 16, 24, 1 << 32):
                program = Builder(_XDP, _PACKET, f"redirect_map {spec.name} {key} {flags:#x}")
                program.extra_maps = (spec,)
                yield program.call(H.REDIRECT_MAP, MapObject(2), key, flags).done()


def _routes() -> Iterator[Case]:
    for prog_type in (_TC, _XDP):
        for family, size, flags in (
            (2, 63, 0),
            (2, 64, 64),
            (0, 64, 0),
            (3, 64, 0),
            (10, 32, 0),
            (2, 64, 1 << 31),
        ):
            program = Builder(prog_type, _PACKET, f"fib {prog_type.label} {family} {size} {flags:#x}")
            params = program.memory(bytes([family]).ljust(64, b"\0"))
            yield program.call(H.FIB_LOOKUP, CTX, params, size, flags).done()
        for family in (2, 10):
            for ifindex in (0, 9999):
                program = Builder(prog_type, _PACKET, f"fib {prog_type.label} {family} device {ifindex}")
                lookup = bytearray(64)
                lookup[0], lookup[8:12] = family, ifindex.to_bytes(4, "little")
                lookup[32:34] = b"\x20\x01"
                yield program.call(H.FIB_LOOKUP, CTX, program.memory(bytes(lookup)), 64, 0).done()
        for ifindex in (0, 1, 9999):
            for length in (0, 100, 65_535, 65_536, 65_537):
                for diff, flags in ((0, 0), (70_000, 0), (-10, 0), (0, 1), (1, 1), (0, 2), (66_000, 0)):
                    name = f"mtu {prog_type.label} {ifindex} {length} {diff} {flags}"
                    program = Builder(prog_type, _PACKET, name)
                    wanted = program.memory(length.to_bytes(4, "little"))
                    yield program.call(H.CHECK_MTU, CTX, ifindex, wanted, diff, flags).done()


def _sockets() -> Iterator[Case]:
    for prog_type in (_TC, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB):
        yield Builder(prog_type, _PACKET, f"uid {prog_type.label}").call(H.GET_SOCKET_UID, CTX).done()
    for prog_type in (_TC, ProgType.CGROUP_SKB):
        program = Builder(prog_type, _PACKET, f"cgroup {prog_type.label}").call(H.SKB_CGROUP_ID, CTX)
        for level in (-1, 0, 1, 2):
            program.call(H.SKB_ANCESTOR_CGROUP_ID, CTX, level)
        yield program.done()
    yield (
        Builder(_TC, _PACKET, "classid")
        .call(H.SKB_CGROUP_CLASSID, CTX)
        .call(H.GET_CGROUP_CLASSID, CTX)
        .done()
    )


def _tasks() -> Iterator[Case]:
    for level in (-1, 0, 7):
        program = Builder(_XDP, _PACKET, f"ancestor {level}")
        yield program.call(H.GET_CURRENT_ANCESTOR_CGROUP_ID, level).done(2)
    yield Builder(_XDP, _PACKET, "who").call(H.GET_CURRENT_UID_GID).call(H.GET_NUMA_NODE_ID).done(2)
