"""Helpers of ring buffers: records that programs reserve, fill and submit, and user space reads in order."""

from vm.change import OutputKind
from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import read
from vm.maps.ringbuf import RingBufMap
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.helper_ids import HelperId


def ring_of(call: HelperCall) -> RingBufMap:
    """The ring buffer r1 points at; raises MachineFault."""
    found = call.map(1)
    if isinstance(found, RingBufMap):
        return found
    message = f"r1 should hold a ring buffer, but {found.spec.name} is a map of type {found.spec.type.label}"
    raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[0]))


def ringbuf_output(call: HelperCall) -> int:
    """Copies memory into a record of its own."""
    ring, data = ring_of(call), read(call, 2, call.r[2])
    answer = ring.output(data, call.r[3])
    if answer == 0:
        call.emit(OutputKind.RINGBUF, ring.spec.name, data)
    return answer


def ringbuf_reserve(call: HelperCall) -> int:
    """Makes room for a record; answers its address or 0."""
    return ring_of(call).reserve(call.r[1], call.r[2])


def ringbuf_submit(call: HelperCall) -> int:
    """Hands a record to user space."""
    ring = ring_of_record(call, call.r[0])
    data = ring.record(call.r[0])
    ring.commit(call.r[0], call.r[1])
    call.emit(OutputKind.RINGBUF, ring.spec.name, data)
    return 0


def ringbuf_discard(call: HelperCall) -> int:
    """Gives a record up."""
    ring_of_record(call, call.r[0]).commit(call.r[0], call.r[1], discard=True)
    return 0


def ring_of_record(call: HelperCall, address: int) -> RingBufMap:
    """The ring buffer a record lies in; raises MachineFault where there is none at the address."""
    place = call.memory.locate(address)
    found = call.maps[place.region.owner] if place and 0 <= place.region.owner < len(call.maps) else None
    if place and isinstance(found, RingBufMap) and found.ring is place.region:
        return found
    message = f"r1 should hold a record of a ring buffer, but {address:#x} is in none"
    raise MachineFault(Fault(FaultKind.BAD_CALL, message, address))


def ringbuf_query(call: HelperCall) -> int:
    """Asks for sizes and positions."""
    return ring_of(call).query(call.r[1])


ROWS = (
    Helper(
        HelperId.RINGBUF_OUTPUT,
        "long bpf_ringbuf_output(void *ringbuf, void *data, u64 size, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.MEM_RDONLY, Arg.CONST_SIZE_OR_ZERO, Arg.ANYTHING),
        Ret.INTEGER,
        ringbuf_output,
        "Copies memory into a ring buffer as one record for user space; -EAGAIN if there is no room. Flags "
        "say whether to wake the reader: BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP.",
    ),
    Helper(
        HelperId.RINGBUF_RESERVE,
        "void *bpf_ringbuf_reserve(void *ringbuf, u64 size, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.CONST_ALLOC_SIZE_OR_ZERO, Arg.ANYTHING),
        Ret.RINGBUF_MEM_OR_NULL,
        ringbuf_reserve,
        "Makes room for a record of a constant size and answers its address, or null if there is none. The "
        "program fills it in place and must submit or discard it.",
    ),
    Helper(
        HelperId.RINGBUF_SUBMIT,
        "void bpf_ringbuf_submit(void *data, u64 flags)",
        (Arg.RINGBUF_MEM, Arg.ANYTHING),
        Ret.VOID,
        ringbuf_submit,
        "Hands a reserved record to user space, which reads records in the order they were reserved. The "
        "pointer is no longer valid.",
    ),
    Helper(
        HelperId.RINGBUF_DISCARD,
        "void bpf_ringbuf_discard(void *data, u64 flags)",
        (Arg.RINGBUF_MEM, Arg.ANYTHING),
        Ret.VOID,
        ringbuf_discard,
        "Gives a reserved record up: user space skips it. The pointer is no longer valid.",
    ),
    Helper(
        HelperId.RINGBUF_QUERY,
        "u64 bpf_ringbuf_query(void *ringbuf, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.ANYTHING),
        Ret.INTEGER,
        ringbuf_query,
        "Asks a ring buffer for its unread bytes (BPF_RB_AVAIL_DATA), its size, or the reader's or writer's "
        "position.",
    ),
)
