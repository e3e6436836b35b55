"""What system calls on sockets share: the socket they are about, and what control groups say to addresses."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from vm.kernel.context.calls import address_event, address_left, source_left
from vm.kernel.context.event_context import EventContext
from vm.kernel.simulation.calls import Call
from vm.kernel.simulation.headers import TCP
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.runner import Runner
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import MAX_FILES, Socket
from vm.kernel.world.events import SockAddr
from vm.kernel.world.spec import IpAddress
from vm.uapi.attach_types import AttachType

_FIRST_PORT, _PORTS = 32_768, 28_232


def socket_of(call: Call, proto: int = TCP) -> Socket:
    """The socket of the first argument; a scenario that never opened it gets one."""
    number = call.process.files.get(call.number(0))
    found = call.k.tables.sockets.get(number) if isinstance(number, int) else None
    if found is None:
        tables = call.k.tables
        found = Socket(tables.next("socket"), proto, call.process.spec.netns, call.pid, bytes(4))
        tables.sockets[found.id] = found
        if len(call.process.files) < MAX_FILES:
            files = {**call.process.files, call.number(0): found.id}
            call.update(replace(call.process, files=files))
    return found


def addressed(call: Call, hook: str, socket: Socket, to: SockAddr) -> tuple[SockAddr, int]:
    """The address once programs of the control group have seen it, and an error if they denied it.

    What they say of the socket itself (bpf_bind's address, a datagram's source) is kept in it.
    """
    k = call.k
    for runner in _runners(k, hook, call.pid, to):
        kind = runner.point.hook.attach_type or AttachType.CGROUP_INET4_CONNECT
        source = ip_address(bytes(len(to.address.packed))) if hook == "sendmsg" else None
        what = address_event(kind, info(socket, call.process.spec.uid), to.address, to.port, source)
        run = k.execute(runner, what, k.event_for(None))
        left, ctx = to, runner.world.ctx
        if isinstance(ctx, EventContext) and run.answer is not None:
            left = SockAddr(*address_left(ctx))
        refused = k.attached.probes.decided(k, runner, run, f"{hook} {_changed(to, left)}")
        if refused:
            return to, refused
        to = left
        own = source_left(ctx) if source is not None and isinstance(ctx, EventContext) else None
        own = own or _bound(runner.world.fields, to.address)
        if own is not None:
            socket = replace(k.tables.sockets[socket.id], address=own.packed)
            k.tables.sockets[socket.id] = socket
    return to, 0


def told(k: Kernel, hook: str, pid: int, socket: Socket, address: SockAddr) -> SockAddr:
    """The address a process is told (recvmsg, getpeername, getsockname), as programs leave it."""
    process = k.tables.processes.get(pid)
    uid = process.spec.uid if process is not None else 0
    for runner in _runners(k, hook, pid, address):
        kind = runner.point.hook.attach_type or AttachType.CGROUP_UDP4_RECVMSG
        what = address_event(kind, info(socket, uid), address.address, address.port)
        run = k.execute(runner, what, k.event_for(None))
        left, ctx = address, runner.world.ctx
        if isinstance(ctx, EventContext) and run.answer is not None:
            left = SockAddr(*address_left(ctx))
        k.attached.probes.decided(k, runner, run, f"{hook} {_changed(address, left)}")
        address = left
    return address


def _runners(k: Kernel, hook: str, pid: int, address: SockAddr) -> Sequence[Runner]:
    return k.attached.cgroup(k.tables, f"cgroup/{hook}{address.address.version}", pid)


def _changed(before: SockAddr, after: SockAddr) -> str:
    text = f"{before.address}:{before.port}"
    return text if before == after else f"{text} → {after.address}:{after.port}"


def _bound(fields: dict[str, int], like: IpAddress) -> IpAddress | None:
    """The address bpf_bind gave the socket, if it did."""
    number = fields.get("bound", 0)
    return ip_address(number.to_bytes(len(like.packed), "big")) if number else None


def free_port(call: Call) -> int:
    """A port of its own for a socket that asks for any."""
    return _FIRST_PORT + call.k.tables.next("port") * 2 % _PORTS


def source_of(call: Call, socket: Socket, to: SockAddr) -> bytes | None:
    """The address packets to ``to`` come from; None where no route leads there."""
    if any(socket.address):
        return socket.address
    k = call.k
    netns = k.topology.namespaces[socket.netns]
    route = netns.route(to.address.packed)
    if route is None:
        return None
    if route.local:
        return to.address.packed
    if route.source is not None:
        return route.source.packed
    dev = netns.device(route.ifindex)
    addresses = dev.spec.addresses if dev is not None else ()
    return next((own.ip.packed for own in addresses if own.version == to.address.version), None)
