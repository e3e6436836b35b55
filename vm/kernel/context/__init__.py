"""Contexts: what r1 points to at each hook, and the packet behind it."""

from typing import overload

from vm.helpers.event import Event
from vm.kernel.context.event_context import EventContext
from vm.kernel.context.events import event_context
from vm.kernel.context.frame import Frame
from vm.kernel.context.inputs import HookInput
from vm.kernel.context.objects import Kept
from vm.kernel.context.packet_context import PacketContext
from vm.kernel.context.rules import SKB_TYPES
from vm.kernel.context.skb import SkbContext
from vm.kernel.context.sockets import put_pool
from vm.kernel.context.xdp import XdpContext
from vm.memory.memory import Memory
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

__all__ = ["EventContext", "Frame", "HookInput", "PacketContext", "create"]


@overload
def create(
    prog_type: ProgType, what: bytes | Frame, memory: Memory, event: Event, *, fields: dict[str, int]
) -> PacketContext: ...


@overload
def create(
    prog_type: ProgType,
    what: HookInput,
    memory: Memory,
    event: Event,
    *,
    fields: dict[str, int],
    kept: Kept | None = None,
    task: bool = True,
) -> EventContext: ...


@overload
def create(
    prog_type: ProgType,
    what: bytes | Frame | HookInput,
    memory: Memory,
    event: Event,
    *,
    fields: dict[str, int],
) -> PacketContext | EventContext: ...


def create(
    prog_type: ProgType,
    what: bytes | Frame | HookInput,
    memory: Memory,
    event: Event,
    *,
    fields: dict[str, int],
    kept: Kept | None = None,
    task: bool = True,
) -> PacketContext | EventContext:
    """The context of a run of a ``prog_type`` program: over a frame with its Ethernet header, or at an event.

    Bare bytes give what BPF_PROG_TEST_RUN gives; a Frame brings what earlier hooks left. ``fields`` is the
    run's dictionary of kernel numbers, ``kept`` are objects of earlier runs on this memory; ``task`` says
    whether the program can ask for the running task's structure. Raises HookscopeError for a packet of a
    wrong size.
    """
    if event.sockets is not None:
        put_pool(memory, fields)
    if not isinstance(what, bytes | Frame):
        return event_context(prog_type, what, memory, event, fields, kept, task=task)
    return _of_packet(prog_type, what, memory, event, fields)


def _of_packet(
    prog_type: ProgType, packet: bytes | Frame, memory: Memory, event: Event, fields: dict[str, int]
) -> PacketContext:
    frame = Frame(packet) if isinstance(packet, bytes) else packet
    if prog_type is ProgType.XDP:
        return XdpContext(frame, memory, event, fields)
    if prog_type in SKB_TYPES:
        return SkbContext(prog_type, frame, memory, event, fields)
    raise HookscopeError.of(
        "no-context",
        f"{prog_type.label} programs cannot be run on a packet",
        "attach the program to xdp, tc, a socket filter or cgroup_skb",
    )
