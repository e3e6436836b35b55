"""The world of a script: the default one with what the script adds, or nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from typing import TypeVar

from app.manifests.events import Path
from app.scenarios.schema import Device, NeighbourPart, Process, RoutePart, World
from vm.helpers.network import Neighbour, Route
from vm.kernel.packet.addresses import mac
from vm.kernel.world.spec import (
    DEFAULT_WORLD,
    DeviceKind,
    DeviceSpec,
    ListenSpec,
    NetnsSpec,
    ProcessSpec,
    WorldSpec,
)
from vm.source import HookscopeError, did_you_mean

T = TypeVar("T")
Complain = Callable[[Path, str, str | None], None]
"""Notes what is wrong at a path of the document, and what to try."""
FIRST_IFINDEX = 50
_EMPTY = WorldSpec((), (NetnsSpec(),))


def build(world: World, complain: Complain) -> WorldSpec:
    """The world; what cannot be is told to ``complain`` and left out."""
    return _Builder(world, complain).build()


class _Builder:
    """A world being put together."""

    def __init__(self, world: World, complain: Complain) -> None:
        self.world = world
        self.complain = complain
        self.base = DEFAULT_WORLD if world.base == "default" else _EMPTY
        self.ids = {device.id: device.ifindex for device in self.base.devices}

    def build(self) -> WorldSpec:
        devices = tuple(self._devices())
        self._peers()
        here: Path = ("world",)
        host = self.base.namespaces[0]
        host = replace(
            host,
            routes=host.routes + tuple(self._routes(self.world.routes, "", here)),
            neighbours=host.neighbours + tuple(self._neighbours(self.world.neighbours, "", here)),
        )
        return replace(
            self.base,
            devices=self.base.devices + devices,
            namespaces=(host, *self._namespaces()),
            processes=self._no_circles(self.base.processes + tuple(self._processes())),
            cpus=self.world.cpus,
        )

    def _no_circles(self, processes: tuple[ProcessSpec, ...]) -> tuple[ProcessSpec, ...]:
        """The processes, once it is told which are their own ancestors."""
        parents = {process.pid: process.ppid for process in processes}
        for index, part in enumerate(self.world.processes):
            above, seen = part.parent, {part.pid}
            while above in parents and above not in seen:
                seen.add(above)
                above = parents[above]
            if above == part.pid:
                message = f"{part.name} ({part.pid}) would be its own ancestor"
                path: Path = ("world", "processes", index, "parent")
                self.complain(path, message, "let parents lead up to process 1")
        return processes

    def _devices(self) -> Iterator[DeviceSpec]:
        names = {"", *(space.name for space in self.world.namespaces)}
        for index, part in enumerate(self.world.devices):
            here: Path = ("world", "devices", index)
            device_id = f"{part.netns}/{part.name}" if part.netns else part.name
            if part.netns not in names:
                self.complain(
                    (*here, "netns"), f"there is no namespace `{part.netns}`", did_you_mean(part.netns, names)
                )
            if device_id in self.ids:
                self.complain(
                    (*here, "name"), f"there is already a device {device_id}", "give it another name"
                )
                continue
            self.ids[device_id] = FIRST_IFINDEX + index
            yield self._device(part, index, here)

    def _device(self, part: Device, index: int, here: Path) -> DeviceSpec:
        made_up = bytes((2, 0, 0, 1)) + index.to_bytes(2, "big")
        address = self._read(mac, part.mac, (*here, "mac"), made_up) if part.mac else made_up
        addresses = [
            self._read(ip_interface, text, (*here, "addresses", at), None)
            for at, text in enumerate(part.addresses)
        ]
        kind = DeviceKind.VETH if part.peer else DeviceKind.PHYSICAL
        found = tuple(item for item in addresses if item is not None)
        return DeviceSpec(
            part.name,
            kind,
            FIRST_IFINDEX + index,
            address,
            found,
            part.mtu,
            part.queues,
            part.peer,
            part.netns,
        )

    def _peers(self) -> None:
        ends = {(f"{d.netns}/{d.name}" if d.netns else d.name): d.peer for d in self.world.devices}
        for index, (device_id, peer) in enumerate(ends.items()):
            if peer and peer == device_id:
                message = f"{device_id} cannot be its own other end"
                self.complain(("world", "devices", index, "peer"), message, "a veth pair has two devices")
            elif peer and ends.get(peer) != device_id:
                hint = did_you_mean(peer, ends) if peer not in ends else f"give {peer} the peer {device_id}"
                self.complain(
                    ("world", "devices", index, "peer"), f"{peer} is not the other end of {device_id}", hint
                )

    def _namespaces(self) -> Iterator[NetnsSpec]:
        known: set[str] = set()
        for index, part in enumerate(self.world.namespaces):
            here: Path = ("world", "namespaces", index)
            if part.name in known:
                self.complain(
                    (*here, "name"), f"there is already a namespace {part.name}", "name it otherwise"
                )
                continue
            known.add(part.name)
            routes = tuple(self._routes(part.routes, part.name, here))
            neighbours = tuple(self._neighbours(part.neighbours, part.name, here))
            yield NetnsSpec(part.name, routes, neighbours, forwarding=part.forwarding)

    def _routes(self, parts: tuple[RoutePart, ...], netns: str, here: Path) -> Iterator[Route]:
        for index, part in enumerate(parts):
            at: Path = (*here, "routes", index)
            to = self._read(ip_network, part.to, (*at, "to"), None)
            via = self._read(ip_address, part.via, (*at, "via"), None) if part.via else None
            ifindex = self._ifindex(part.device, netns, at)
            if to is not None and ifindex is not None:
                yield Route(to, ifindex, via, local=part.local)

    def _neighbours(self, parts: tuple[NeighbourPart, ...], netns: str, here: Path) -> Iterator[Neighbour]:
        for index, part in enumerate(parts):
            at: Path = (*here, "neighbours", index)
            address = self._read(ip_address, part.address, (*at, "address"), None)
            link = self._read(mac, part.mac, (*at, "mac"), None)
            ifindex = self._ifindex(part.device, netns, at)
            if address is not None and link is not None and ifindex is not None:
                yield Neighbour(address, ifindex, link)

    def _ifindex(self, name: str, netns: str, at: Path) -> int | None:
        device_id = f"{netns}/{name}" if netns else name
        if device_id not in self.ids:
            hint = did_you_mean(device_id, self.ids) or f"there are {', '.join(self.ids)}"
            self.complain((*at, "device"), f"there is no device {device_id}", hint)
        return self.ids.get(device_id)

    def _processes(self) -> Iterator[ProcessSpec]:
        pids = {process.pid: process.comm for process in self.base.processes}
        names = {"", *(space.name for space in self.world.namespaces)}
        for index, part in enumerate(self.world.processes):
            here: Path = ("world", "processes", index)
            if part.pid in pids:
                message = f"{part.pid} is already the pid of {pids[part.pid]}"
                self.complain((*here, "pid"), message, "give each process its own")
                continue
            if part.netns not in names:
                self.complain(
                    (*here, "netns"), f"there is no namespace `{part.netns}`", did_you_mean(part.netns, names)
                )
            if part.cpu >= self.world.cpus:
                message = f"there is no CPU {part.cpu}; the world has {self.world.cpus}"
                self.complain((*here, "cpu"), message, "they are counted from 0")
            pids[part.pid] = part.name
            yield self._process(part, here)

    def _process(self, part: Process, here: Path) -> ProcessSpec:
        listens = []
        for index, socket in enumerate(part.listens):
            address = self._read(ip_address, socket.address, (*here, "listens", index, "address"), None)
            if address is not None:
                listens.append(
                    ListenSpec(socket.proto, address, socket.port, socket.backlog, reads=socket.reads)
                )
        return ProcessSpec(
            part.pid, part.name, part.argv or (part.name,), part.exe or f"/usr/bin/{part.name}",
            part.uid, part.uid, part.cgroup, part.netns, tuple(listens), part.files, part.cpu,
            ppid=part.parent,
        )  # fmt: skip

    def _read(self, reader: Callable[[str], T], text: str, path: Path, other: T) -> T:
        try:
            return reader(text)
        except HookscopeError as error:
            self.complain(path, error.diagnostic.message, error.diagnostic.hint)
        except ValueError:
            example = {"ip_network": "10.0.0.0/24", "ip_interface": "10.0.0.1/24"}.get(
                getattr(reader, "__name__", ""), "10.0.0.1"
            )
            self.complain(path, f"`{text[:60]}` is no address that can stand here", f"write it as {example}")
        return other
