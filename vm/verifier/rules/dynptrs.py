"""Rules of dynptrs."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _call(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.CALL_TYPE, what, hint)


NOT_UNINITIALISED = _call(
    "Dynptr has to be an uninitialized dynptr",
    "r{reg} is to point at 16 bytes of stack for a new dynptr, at a constant offset that is a multiple of 8.",
    "pass such a place, for example r10 - 16",
)
NOT_INITIALISED = _call(
    "Expected an initialized dynptr as arg #{arg}",
    "r{reg} does not point at the beginning of a dynptr that was made before.",
    "make one first, with bpf_ringbuf_reserve_dynptr or bpf_dynptr_from_mem, and leave its bytes alone",
)
WRONG_TYPE = _call(
    "Expected a dynptr of type {kind} as arg #{arg}",
    "The dynptr r{reg} points at is of another type.",
    "pass one of type {kind}",
)
UNACQUIRED = Rule(
    "arg {reg} is an unacquired reference",
    Errno.EINVAL,
    Category.RESOURCE_LIFETIME,
    "r{reg} does not point at a dynptr that holds a record.",
    "pass the one bpf_ringbuf_reserve_dynptr was given; release it once on each way",
)
CONSTANT_RELEASED = Rule(
    "cannot release unowned const bpf_dynptr",
    Errno.EINVAL,
    Category.RESOURCE_LIFETIME,
    "The dynptr in r{reg} belongs to the kernel.",
    "release only what the program reserved",
)
OVERWRITTEN = Rule(
    "cannot overwrite referenced dynptr",
    Errno.EINVAL,
    Category.RESOURCE_LIFETIME,
    "The write hits a dynptr that holds a record, which would be lost for ever.",
    "submit or discard it first",
)
POTENTIAL_WRITE = Rule(
    "potential write to dynptr at off={off} disallowed",
    Errno.EACCES,
    Category.MEMORY,
    "The helper would write over the dynptr at r10 {off:+}.",
    "give it other bytes of the stack",
)
