"""System calls that ask a socket for its addresses, and ask for or set its options."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType

from vm.kernel.context.control import MAX_OPTION, Option, option_event, option_left
from vm.kernel.context.event_context import EventContext
from vm.kernel.simulation.calls import Call, Handler
from vm.kernel.simulation.socket_hooks import socket_of, told
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import Socket
from vm.kernel.world.events import SockAddr
from vm.uapi.attach_types import AttachType
from vm.uapi.errno import Errno
from vm.word import MASK32

_SOL_SOCKET, _SO_RCVBUF = 1, 8
_RMEM_MAX, _RMEM_LEAST = 212_992, 2_304
"""net.core.rmem_max, and the least a receive buffer can be (SOCK_MIN_RCVBUF)."""
MAX_OPTIONS = 4_096
"""Options the model remembers."""
_INT = 4


def _named(hook: str) -> Handler:
    def run(call: Call) -> int:
        socket = socket_of(call)
        refused = call.allows(f"socket_{hook}", info(socket))
        if refused:
            return refused
        if hook == "getpeername":
            if socket.flow is None:
                return call.answer(-Errno.ENOTCONN)
            address = SockAddr(ip_address(socket.flow[0]), socket.flow[2])
        else:
            address = SockAddr(ip_address(socket.address or bytes(4)), socket.port)
        told(call.k, hook, call.pid, socket, address)
        return call.answer()

    return run


def _given(call: Call) -> tuple[int, int, bytes]:
    """Level, name and value of a call's option; a number stands for the 4 bytes its pointer leads to."""
    value, length = call.args[3] if len(call.args) > 3 else 0, call.number(4)
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, int):
        value = (value & MASK32).to_bytes(_INT, "little")
    data = value if isinstance(value, bytes) else b""
    return call.number(1), call.number(2), data[: length or len(data)]


def _setsockopt(call: Call) -> int:
    k, socket = call.k, socket_of(call)
    level, name, value = _given(call)
    refused = call.allows("socket_setsockopt", info(socket), level, name)
    if refused:
        return refused
    for runner in k.attached.cgroup(k.tables, "cgroup/setsockopt", call.pid):
        what = option_event(
            AttachType.CGROUP_SETSOCKOPT, info(socket, call.process.spec.uid), level, name, value
        )
        run = k.execute(runner, what, k.event_for(None))
        refused = k.attached.probes.decided(k, runner, run, f"setsockopt {level}, {name}")
        left = _left(runner.world.ctx)
        if refused or left is None:
            return refused
        if left.length == -1:
            return 0
        if not 0 <= left.length <= max(len(value), MAX_OPTION):
            return -Errno.EFAULT
        level, name = left.level, left.name
        value = left.value[: left.length] if left.length else value
    _set(call, socket, level, name, value)
    return call.answer()


def _left(context: object) -> Option | None:
    return option_left(context) if isinstance(context, EventContext) else None


def _set(call: Call, socket: Socket, level: int, name: int, value: bytes) -> None:
    tables = call.k.tables
    if len(tables.options) < MAX_OPTIONS:
        tables.options[socket.id, level, name] = value
    if (level, name) == (_SOL_SOCKET, _SO_RCVBUF) and len(value) >= _INT:
        asked = int.from_bytes(value[:_INT], "little")
        size = max(2 * min(asked, _RMEM_MAX), _RMEM_LEAST)
        tables.sockets[socket.id] = replace(tables.sockets[socket.id], rcvbuf=size)


def _getsockopt(call: Call) -> int:
    k, socket = call.k, socket_of(call)
    level, name, _ = _given(call)
    refused = call.allows("socket_getsockopt", info(socket), level, name)
    if refused:
        return refused
    value = k.tables.options.get((socket.id, level, name), bytes(_INT))
    if (level, name) == (_SOL_SOCKET, _SO_RCVBUF):
        value = socket.rcvbuf.to_bytes(_INT, "little")
    answer = call.answer()
    for runner in k.attached.cgroup(k.tables, "cgroup/getsockopt", call.pid):
        sock = info(socket, call.process.spec.uid)
        what = option_event(AttachType.CGROUP_GETSOCKOPT, sock, level, name, value, answer)
        run = k.execute(runner, what, k.event_for(None))
        left = _left(runner.world.ctx)
        told_ = f"getsockopt {level}, {name} = {_shown(value)}"
        if left is not None and run.answer is not None and left.value[: max(left.length, 0)] != value:
            told_ += f" → {_shown(left.value[: max(left.length, 0)])}"
        refused = k.attached.probes.decided(k, runner, run, told_)
        if refused or left is None:
            return refused
        if not 0 <= left.length <= max(len(value), MAX_OPTION):
            return -Errno.EFAULT
        value, answer = left.value[: left.length], left.retval
    return answer


def _shown(value: bytes) -> str:
    return str(int.from_bytes(value, "little")) if len(value) <= _INT else value.hex()


OPTION_CALLS: Mapping[str, Handler] = MappingProxyType(
    {
        "getpeername": _named("getpeername"),
        "getsockname": _named("getsockname"),
        "setsockopt": _setsockopt,
        "getsockopt": _getsockopt,
    }
)
"""Calls on options and addresses of sockets by name."""
