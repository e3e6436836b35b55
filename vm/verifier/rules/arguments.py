"""Rules of helper arguments."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _argument(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.CALL_TYPE, what, hint)


ARGUMENT_UNSET = Rule(
    "R{reg} !read_ok",
    Errno.EACCES,
    Category.REGISTER_TYPE,
    "{helper} takes r{reg} as an argument, and r{reg} has no value here.",
    "set r{reg} before the call; calls leave r1 to r5 without a value",
)
ARGUMENT_TYPE = _argument(
    "R{reg} type={type} expected={expected}",
    "{helper} takes {expected} in r{reg}, and r{reg} holds {type}.",
    "check the order of the arguments, and what the registers hold at this point",
)
ARGUMENT_NULL = _argument(
    "R{reg} type={type} expected={expected}",
    "r{reg} may be null here, and {helper} would follow it.",
    "compare it with 0 before the call",
)
ARGUMENT_MEMORY = _argument(
    "R{reg} type={type} expected=fp",
    "{helper} needs memory in r{reg} to read or write, and r{reg} holds {type}.",
    "pass a pointer to the stack, a map value or, where allowed, the packet",
)
PACKET_ARGUMENT = Rule(
    "helper access to the packet is not allowed",
    Errno.EACCES,
    Category.EXECUTION_CONTEXT,
    "{helper} may not be given a pointer into the packet (r{reg}).",
    "copy the bytes to the stack first",
)
SIZE_NEGATIVE = Rule(
    "R{reg} min value is negative, either use unsigned or 'var &= const'",
    Errno.EACCES,
    Category.MEMORY,
    "The size in r{reg} may be negative (as little as {least}).",
    "mask it (`r{reg} &= …`) or jump away if it is below 0",
)
SIZE_ZERO = Rule(
    "R{reg} invalid zero-sized read: u64=[{low},{high}]",
    Errno.EACCES,
    Category.MEMORY,
    "The size in r{reg} may be 0, and {helper} wants at least one byte.",
    "jump away if it is 0, or use a constant",
)
SIZE_UNBOUNDED = Rule(
    "R{reg} unbounded memory access, use 'var &= const' or 'if (var < const)'",
    Errno.EACCES,
    Category.MEMORY,
    "The size in r{reg} has no upper bound the verifier knows.",
    "mask it (`r{reg} &= …`) or compare it with the room there is",
)
NOT_CONSTANT = _argument(
    "R{reg} is not a known constant'",
    "{helper} needs a size known beforehand in r{reg}.",
    "use a constant; for records of varying size use bpf_ringbuf_output",
)
STRING_NOT_READ_ONLY = _argument(
    "R{reg} does not point to a readonly map'",
    "{helper} takes a string that cannot change: in a frozen map made with BPF_F_RDONLY_PROG; `{map}` is "
    "not.",
    "declare it with `.string` or in `.rodata`",
)
STRING_VARIABLE = _argument(
    "R{reg} is not a constant address'",
    "The string's place depends on a number.",
    "pass the address of the string itself",
)
STRING_NO_DIRECT = _argument(
    "no direct value access support for this map type",
    "The string must be in an array map of one entry; `{map}` is a {map_label}.",
    "declare it with `.string` or in `.rodata`",
)
STRING_UNTERMINATED = _argument(
    "string is not zero-terminated",
    "No zero byte ends the string in map `{map}`.",
    "end it with a zero byte; `.string` does",
    Errno.EINVAL,
)
STRING_ADDRESS = _argument(
    "direct value access on string failed",
    "The string's address lies outside of map `{map}`.",
    "pass the address of the string itself",
    Errno.EINVAL,
)
MAY_WRITE_STRUCTURE = _argument(
    "{helper}() may write into memory pointed by R{reg} type={type}",
    "{helper} writes to what r{reg} points at, and that is a structure of the kernel.",
    "pass memory of the program",
)
OTHER_STRUCTURE = _argument(
    "R{reg} is of type {struct} but {expected} is expected",
    "{helper} takes a struct {expected} in r{reg}, which points to a struct {struct}.",
    "pass a pointer of the right kind",
)
STORAGE_FLAGS = _argument(
    "get_local_storage() doesn't support non-zero flags",
    "The second argument of bpf_get_local_storage must be the constant 0.",
    "set r2 to 0",
    Errno.EINVAL,
)
DYNPTR_MEMORY = _argument(
    "Unsupported reg type {type} for bpf_dynptr_from_mem data",
    "A dynptr can stand for memory of a map value only, and r{reg} holds {type}.",
    "pass a pointer into a map value",
)
FORMAT_DATA = _argument(
    "",
    "The arguments of the format are whole u64 words; {size} bytes are not a multiple of 8.",
    "pass an array of u64 and its size in bytes",
    Errno.EINVAL,
)
FORMAT_INVALID = _argument(
    "Invalid format string",
    "The format has a specifier bpf_snprintf does not know, or not as many as there are arguments.",
    "use %d %i %u %x %ld %lu %lx %lld %llu %llx %s %c %p and their like, one u64 for each",
    Errno.EINVAL,
)
