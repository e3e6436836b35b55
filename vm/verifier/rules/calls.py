"""Rules of what a program may call at all, and with which maps."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _context(message: str, what: str, hint: str) -> Rule:
    return Rule(message, Errno.EINVAL, Category.EXECUTION_CONTEXT, what, hint)


def _policy(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.POLICY, what, hint)


NO_SUCH_HELPER = Rule(
    "invalid func unknown#{id}",
    Errno.EINVAL,
    Category.CALL_TYPE,
    "There is no helper number {id}.",
    "call helpers by name; Linux 6.18 has numbers 1 to 211",
)
HELPER_NOT_HERE = _context(
    "program of this type cannot use helper {helper}#{id}",
    "Programs of type {prog_type} may not call {helper}.",
    "the reference lists the hooks of each helper",
)
HELPER_NEEDS_PERFMON = _policy(
    "program of this type cannot use helper {helper}#{id}",
    "{helper} can read kernel memory: it needs CAP_PERFMON, which this profile lacks.",
    "verify as root, or do without it",
)
NO_FUNCTION = Rule(
    "func {helper}#{id} not supported for program type {number}",
    Errno.ENOTSUPP,
    Category.EXECUTION_CONTEXT,
    "Programs of type {prog_type} are not at the entry of a function.",
    "use a kprobe",
)
NOT_IN_PROBE = _context(
    "helper call is not allowed in probe",
    "{helper} may be called only where Linux lists the kernel function traced, and this load names none.",
    "do without it",
)
MIGHT_SLEEP = _context(
    "helper call might sleep in a non-sleepable prog",
    "{helper} may sleep, and the program runs where the kernel must not.",
    "load a program that may sleep, with BPF_F_SLEEPABLE",
)
GPL_ONLY = _policy(
    "cannot call GPL-restricted function from non-GPL compatible program",
    "{helper} is for programs under a GPL-compatible licence, and this one's is `{license}`.",
    'declare a licence such as "GPL" or "Dual BSD/GPL", or do without the helper',
)
MAP_KIND = Rule(
    "cannot pass map_type {map_type} into func {helper}#{id}",
    Errno.EINVAL,
    Category.CALL_TYPE,
    "{helper} does not work on map `{map}`, a {map_label}.",
    "use a map of a type the helper is for, or the helper for this type",
)
SOCKMAP_UPDATE = _context(
    "cannot update sockmap in this context\ncannot pass map_type {map_type} into func {helper}#{id}",
    "Programs of type {prog_type} may not change sockmap `{map}`: the socket could be locked.",
    "update it from user space or from a hook that may",
)
SOCKMAP_ARGUMENT = Rule(
    "invalid arg_type for sockmap/sockhash",
    Errno.EINVAL,
    Category.CALL_TYPE,
    "{helper} does not work on map `{map}`, which holds sockets.",
    "use the helpers for sockmaps",
)
MAP_NO_CALLBACK = Rule(
    "callback function not allowed for map",
    Errno.ENOTSUPP,
    Category.CALL_TYPE,
    "bpf_for_each_map_elem goes through arrays and hashes; map `{map}` is a {map_label}.",
    "use an array or a hash map",
)
MAP_READ_ONLY = _policy(
    "write into map forbidden",
    "Map `{map}` was made with BPF_F_RDONLY_PROG: programs may only read it.",
    "write to another map, or make this one without the flag",
    Errno.EACCES,
)
LOOP_COUNT = Rule(
    "verifier bug: backtracking misuse",
    Errno.EFAULT,
    Category.CALL_TYPE,
    "r{reg}, how often bpf_loop is to turn, holds {type}, not a number; Linux 6.18 stumbles over that.",
    "pass a number",
)
NO_PROG_ARRAY = Rule(
    "expected prog array map for tail call",
    Errno.EINVAL,
    Category.CALL_TYPE,
    "bpf_tail_call needs a prog_array in r2; map `{map}` is a {map_label}.",
    "declare a map of type prog_array and pass it",
)
