"""Helpers for text: printing to the trace pipe or to memory, comparing, reading numbers."""

from collections.abc import Sequence

from vm.change import OutputKind
from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EINVAL, read, room, u32, write
from vm.helpers.number import parse_number
from vm.helpers.printf import Memory, print_format
from vm.helpers.probe_read import nofault, nofault_string
from vm.helpers.strings import string_at
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.word import MASK64

LONGEST = 1 << 16
"""Longest constant string that is looked at."""
LINE_MAX = 1023
"""Bytes of a trace line that are kept."""
MAX_ARGUMENTS = 12


def _memory(call: HelperCall) -> Memory:
    def string(address: int, size: int) -> bytes | None:
        found = nofault_string(call, address, size)
        return found if isinstance(found, bytes) else None

    def data(address: int, size: int) -> bytes | None:
        found = nofault(call, address, size)
        return found if isinstance(found, bytes) else None

    return Memory(string, data)


def _trace(call: HelperCall, form: bytes, args: Sequence[int]) -> int:
    printed = print_format(form, args, _memory(call), LINE_MAX)
    if isinstance(printed, int):
        return printed
    event = call.event
    seconds, nanoseconds = divmod(event.time_ns, 1_000_000_000)
    who = f"{event.task.comm}-{event.task.pid} [{event.cpu:03d}] {seconds}.{nanoseconds // 1000:06d}"
    call.emit(OutputKind.TRACE_PIPE, who, bytes(printed.text))
    return printed.length


def trace_printk(call: HelperCall) -> int:
    """Prints up to three arguments to the trace pipe; answers the length."""
    return _trace(call, read(call, 1, u32(call, 2)), call.r[2:5])


def _arguments(call: HelperCall, pointer: int) -> list[int] | None:
    """The array of words whose address and size registers ``pointer`` and the next one hold, if valid."""
    address, size = call.r[pointer - 1], u32(call, pointer + 1)
    if size % 8 or size > 8 * MAX_ARGUMENTS or (size and not address):
        return None
    data = read(call, pointer, size)
    return [int.from_bytes(data[at : at + 8], "little") for at in range(0, size, 8)]


def trace_vprintk(call: HelperCall) -> int:
    """Prints an array of arguments to the trace pipe."""
    form = read(call, 1, u32(call, 2))
    args = _arguments(call, 3)
    return EINVAL if args is None else _trace(call, form, args)


def snprintf(call: HelperCall) -> int:
    """Prints an array of arguments to memory; answers the length with the final 0, had there been room."""
    size = u32(call, 2)
    args = _arguments(call, 4)
    if args is None:
        return EINVAL
    form = constant_string(call, call.r[2])
    room(call, 1, size)
    printed = print_format(form, args, _memory(call), max(0, size - 1))
    if isinstance(printed, int):
        return printed
    if size:
        write(call, 1, bytes(printed.text) + b"\0")
    return printed.length + 1


def constant_string(call: HelperCall, address: int) -> bytes:
    """The string at ``address`` with its final 0; raises MachineFault where its object ends first."""
    found = string_at(call, address, LONGEST)
    if found is not None and found.endswith(b"\0"):
        return found
    return call.memory.read(address, LONGEST)  # no string: this says where it leaves its object


def strncmp(call: HelperCall) -> int:
    """Compares a string of memory with a constant one: -1, 0 or 1."""
    size = u32(call, 2)
    left, right = read(call, 1, size), constant_string(call, call.r[2])
    for mine, theirs in zip(left, right, strict=False):
        if mine != theirs:
            return -1 if mine < theirs else 1
        if not mine:
            break
    return 0


def strtol(call: HelperCall) -> int:
    """Reads a signed number."""
    write(call, 4, bytes(8))
    number = parse_number(read(call, 1, call.r[1]), call.r[2])
    if isinstance(number, int):
        return number
    limit = 1 << 63
    if number.value > limit or (number.value == limit and not number.negative):
        return -Errno.ERANGE
    value = -number.value if number.negative else number.value
    write(call, 4, (value & MASK64).to_bytes(8, "little"))
    return number.length


def strtoul(call: HelperCall) -> int:
    """Reads an unsigned number."""
    write(call, 4, bytes(8))
    number = parse_number(read(call, 1, call.r[1]), call.r[2])
    if isinstance(number, int):
        return number
    if number.negative:
        return EINVAL
    write(call, 4, number.value.to_bytes(8, "little"))
    return number.length


_NUMBER = (Arg.MEM_RDONLY, Arg.CONST_SIZE, Arg.ANYTHING, Arg.FIXED_LONG_UNINIT)

ROWS = (
    Helper(
        HelperId.TRACE_PRINTK,
        "long bpf_trace_printk(const char *fmt, u32 fmt_size, ...)",
        (Arg.MEM_RDONLY, Arg.CONST_SIZE),
        Ret.INTEGER,
        trace_printk,
        "Prints a line to the trace pipe, for debugging. The format takes up to three arguments: %d %i %u "
        "%x %X with l or ll, %c, %s, %p and its kernel forms, with flags and width. Answers the length, or "
        "-EINVAL.",
        gpl_only=True,
    ),
    Helper(
        HelperId.TRACE_VPRINTK,
        "long bpf_trace_vprintk(const char *fmt, u32 fmt_size, const void *data, u32 data_len)",
        (Arg.MEM_RDONLY, Arg.CONST_SIZE, Arg.MEM_RDONLY_OR_NULL, Arg.CONST_SIZE_OR_ZERO),
        Ret.INTEGER,
        trace_vprintk,
        "Like bpf_trace_printk with up to twelve arguments, which stand in memory as 64-bit words.",
        gpl_only=True,
    ),
    Helper(
        HelperId.SNPRINTF,
        "long bpf_snprintf(char *str, u32 str_size, const char *fmt, u64 *data, u32 data_len)",
        (
            Arg.MEM_WRITE_OR_NULL,
            Arg.CONST_SIZE_OR_ZERO,
            Arg.CONST_STR,
            Arg.MEM_RDONLY_OR_NULL,
            Arg.CONST_SIZE_OR_ZERO,
        ),
        Ret.INTEGER,
        snprintf,
        "Prints to memory, with up to twelve arguments that stand there as 64-bit words; the format must be "
        "a constant string. Answers the length with the final 0, which is more than str_size if the text "
        "was cut.",
        gpl_only=True,
    ),
    Helper(
        HelperId.STRNCMP,
        "long bpf_strncmp(const char *s1, u32 s1_sz, const char *s2)",
        (Arg.MEM_RDONLY, Arg.CONST_SIZE, Arg.CONST_STR),
        Ret.INTEGER,
        strncmp,
        "Compares a string in memory, which may lack its final 0, with a constant one: negative, 0 or "
        "positive.",
    ),
    Helper(
        HelperId.STRTOL,
        "long bpf_strtol(const char *buf, size_t buf_len, u64 flags, s64 *res)",
        _NUMBER,
        Ret.INTEGER,
        strtol,
        "Reads a signed number from text, after white space; the low bits of flags are the base: 8, 10, 16, "
        "or 0 to tell by the prefix. Answers how many characters it used, -EINVAL for no number, -ERANGE "
        "for one too large.",
    ),
    Helper(
        HelperId.STRTOUL,
        "long bpf_strtoul(const char *buf, size_t buf_len, u64 flags, u64 *res)",
        _NUMBER,
        Ret.INTEGER,
        strtoul,
        "Reads an unsigned number from text, as bpf_strtol reads a signed one.",
    ),
)
