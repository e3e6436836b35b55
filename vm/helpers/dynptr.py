"""Helpers of dynptrs: pointers that know their length, to memory of the program or a ring buffer's record.

A dynptr is 16 bytes of stack that only these helpers touch: an address (0: it leads nowhere), the length,
and where in the record it begins.
"""

from struct import pack, unpack

from vm.change import OutputKind
from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EINVAL, read, write
from vm.helpers.ringbuf import ring_of, ring_of_record
from vm.maps.ringbuf import MAX_RECORD
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId

MAX_SIZE = 0xFFFFFF
"""DYNPTR_MAX_SIZE."""
_SIZE, _FORM = 16, "<QII"


def _put(call: HelperCall, pointer: int, address: int, size: int) -> None:
    call.memory.write(call.r[pointer - 1], pack(_FORM, address, size, 0))


def _get(call: HelperCall, pointer: int) -> tuple[int, int]:
    address, size, _ = unpack(_FORM, call.memory.read(call.r[pointer - 1], _SIZE))
    return address, size


def _inside(size: int, offset: int, length: int) -> bool:
    return offset <= size and length <= size - offset


def dynptr_from_mem(call: HelperCall) -> int:
    """Makes a dynptr to memory of the program."""
    size, flags = call.r[1], call.r[2]
    if size > MAX_SIZE or flags:
        _put(call, 4, 0, 0)
        return -Errno.E2BIG if size > MAX_SIZE else EINVAL
    _put(call, 4, call.r[0], size)
    return 0


def dynptr_read(call: HelperCall) -> int:
    """Copies from what a dynptr leads to."""
    address, size = _get(call, 3)
    length, offset, flags = call.r[1], call.r[3], call.r[4]
    if not address or flags:
        return EINVAL
    if not _inside(size, offset, length):
        return -Errno.E2BIG
    write(call, 1, call.memory.read(address + offset, length))
    return 0


def dynptr_write(call: HelperCall) -> int:
    """Copies to where a dynptr leads."""
    address, size = _get(call, 1)
    offset, length, flags = call.r[1], call.r[3], call.r[4]
    if not address:
        return EINVAL
    if not _inside(size, offset, length):
        return -Errno.E2BIG
    if flags:
        return EINVAL
    call.memory.write(address + offset, read(call, 3, length))
    return 0


def dynptr_data(call: HelperCall) -> int:
    """The address of a part of it, or 0."""
    address, size = _get(call, 1)
    offset, length = call.r[1], call.r[2]
    return address + offset if address and _inside(size, offset, length) else 0


def ringbuf_reserve_dynptr(call: HelperCall) -> int:
    """Makes room for a record of any size."""
    size, flags = call.r[1] & 0xFFFFFFFF, call.r[2]
    answer, address = 0, 0
    if flags:
        answer = EINVAL
    elif size > min(MAX_SIZE, MAX_RECORD):
        answer = -Errno.E2BIG
    else:
        address = ring_of(call).reserve(size, 0)
        answer = 0 if address else EINVAL
    _put(call, 4, address, size if address else 0)
    return answer


def ringbuf_submit_dynptr(call: HelperCall) -> int:
    """Hands a record to user space."""
    address, _ = _get(call, 1)
    if address:
        ring = ring_of_record(call, address)
        data = ring.record(address)
        ring.commit(address, call.r[1])
        call.emit(OutputKind.RINGBUF, ring.spec.name, data)
        _put(call, 1, 0, 0)
    return 0


def ringbuf_discard_dynptr(call: HelperCall) -> int:
    """Gives a record up."""
    address, _ = _get(call, 1)
    if address:
        ring_of_record(call, address).commit(address, call.r[1], discard=True)
        _put(call, 1, 0, 0)
    return 0


_READ0, _FILL0 = (Arg.MEM_RDONLY, Arg.CONST_SIZE_OR_ZERO), (Arg.UNINIT_MEM, Arg.CONST_SIZE_OR_ZERO)

ROWS = (
    Helper(
        HelperId.DYNPTR_FROM_MEM,
        "long bpf_dynptr_from_mem(void *data, u64 size, u64 flags, struct bpf_dynptr *ptr)",
        (*_FILL0, Arg.ANYTHING, Arg.DYNPTR_LOCAL_UNINIT),
        Ret.INTEGER,
        dynptr_from_mem,
        "Makes a dynptr to memory of the program, such as a map's value: a pointer that knows its length and "
        "is checked when it is used.",
    ),
    Helper(
        HelperId.DYNPTR_READ,
        "long bpf_dynptr_read(void *dst, u64 len, const struct bpf_dynptr *src, u64 offset, u64 flags)",
        (*_FILL0, Arg.DYNPTR, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        dynptr_read,
        "Copies from what a dynptr leads to; -E2BIG where that is beyond its end, -EINVAL where it leads "
        "nowhere.",
    ),
    Helper(
        HelperId.DYNPTR_WRITE,
        "long bpf_dynptr_write(const struct bpf_dynptr *dst, u64 offset, void *src, u64 len, u64 flags)",
        (Arg.DYNPTR, Arg.ANYTHING, *_READ0, Arg.ANYTHING),
        Ret.INTEGER,
        dynptr_write,
        "Copies to where a dynptr leads; -E2BIG beyond its end, -EINVAL where it leads nowhere.",
    ),
    Helper(
        HelperId.DYNPTR_DATA,
        "void *bpf_dynptr_data(const struct bpf_dynptr *ptr, u64 offset, u64 len)",
        (Arg.DYNPTR, Arg.ANYTHING, Arg.CONST_ALLOC_SIZE_OR_ZERO),
        Ret.DYNPTR_MEM_OR_NULL,
        dynptr_data,
        "The address of a part of what a dynptr leads to, of constant length; null where that is beyond its "
        "end.",
    ),
    Helper(
        HelperId.RINGBUF_RESERVE_DYNPTR,
        "long bpf_ringbuf_reserve_dynptr(void *ringbuf, u32 size, u64 flags, struct bpf_dynptr *ptr)",
        (Arg.CONST_MAP_PTR, Arg.ANYTHING, Arg.ANYTHING, Arg.DYNPTR_RINGBUF_UNINIT),
        Ret.INTEGER,
        ringbuf_reserve_dynptr,
        "Makes room for a record whose size need not be constant. The dynptr must be submitted or discarded "
        "even where there was no room.",
    ),
    Helper(
        HelperId.RINGBUF_SUBMIT_DYNPTR,
        "void bpf_ringbuf_submit_dynptr(struct bpf_dynptr *ptr, u64 flags)",
        (Arg.DYNPTR_RELEASE, Arg.ANYTHING),
        Ret.VOID,
        ringbuf_submit_dynptr,
        "Hands a record reserved by bpf_ringbuf_reserve_dynptr to user space.",
    ),
    Helper(
        HelperId.RINGBUF_DISCARD_DYNPTR,
        "void bpf_ringbuf_discard_dynptr(struct bpf_dynptr *ptr, u64 flags)",
        (Arg.DYNPTR_RELEASE, Arg.ANYTHING),
        Ret.VOID,
        ringbuf_discard_dynptr,
        "Gives a record reserved by bpf_ringbuf_reserve_dynptr up: user space skips it.",
    ),
)
