"""Rules of the load itself: what type, hook, flags and maps a loader may ask for."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _load(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.PROGRAM_STRUCTURE, what, hint)


def _policy(message: str, what: str, hint: str, errno: Errno = Errno.EPERM) -> Rule:
    return Rule(message, errno, Category.POLICY, what, hint)


UNKNOWN_FLAGS = _load(
    "",
    "The load flags have bits ({bits}) that Linux 6.18 does not know.",
    "use the BPF_F_ flags of BPF_PROG_LOAD only",
)
NO_TOKEN = _load(
    "",
    "The load says that a token allows it, and gives none.",
    "load without BPF_F_TOKEN_FD",
)
NEEDS_PERFMON = _policy(
    "",
    "Programs of type {prog_type} can look into the kernel: only a loader with CAP_PERFMON may load them.",
    "load as root, or use a networking hook",
)
NO_SUCH_TYPE = _load(
    "",
    "This kernel has no programs of type {prog_type}.",
    "use another type",
)
WRONG_ATTACH_TYPE = _load(
    "",
    "Programs of type {prog_type} cannot be loaded for attach type {attach}.",
    "give one of: {allowed}",
)
NO_TARGET_ALLOWED = _policy(
    "",
    "Programs of type {prog_type} are verified against the kernel function they attach to, which is named by "
    "BTF; this load names none.",
    "use kprobe or tracepoint, which need no target at load",
)
NO_TARGET = _load(
    "Tracing programs must provide btf_id",
    "Programs of type {prog_type} are verified against the kernel function they attach to, which is named by "
    "BTF; this load names none.",
    "use kprobe or tracepoint, which need no target at load",
)
NO_STRUCT_OPS = _load(
    "",
    "A struct_ops program implements one function of a kernel interface, named by BTF; this load names none.",
    "load it as part of a struct_ops map, with libbpf",
    Errno.ENOTSUPP,
)
SYSCALL_NOT_SLEEPABLE = _load(
    "Syscall programs can only be sleepable",
    "Programs of type syscall run for a process and may sleep; they must say so.",
    "load with BPF_F_SLEEPABLE",
)
NOT_SLEEPABLE = _load(
    "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable",
    "Programs of type {prog_type} run where the kernel may not sleep.",
    "load without BPF_F_SLEEPABLE",
)
SLEEPABLE_MAPS = _load(
    "Sleepable programs can only use array, hash, ringbuf and local storage maps",
    "The program may sleep, and map `{map}` ({map_label}) is not safe for that.",
    "use an array, hash or ring buffer",
)
STRUCT_OPS_MAP = _load(
    "bpf_struct_ops map cannot be used in prog",
    "Map `{map}` holds the functions of a kernel interface; programs cannot use it.",
    "keep data in another map",
)
STORAGE_TWICE = _load(
    "only one cgroup storage of each type is allowed",
    "The program uses two maps of type {map_label}; a control group has one storage of each kind.",
    "put both values into one map",
    Errno.EBUSY,
)
LOCK_SOCKET = _load(
    "socket filter progs cannot use bpf_spin_lock yet",
    "Map `{map}` has a spin lock in its values, and socket filters may not use such maps.",
    "use atomic instructions instead",
)
LOCK_TRACING = _load(
    "tracing progs cannot use bpf_spin_lock yet",
    "Map `{map}` has a spin lock in its values, and this program may run while somebody holds it.",
    "use atomic instructions or per-CPU maps instead",
)
TOO_MANY_MAPS = _load(
    "The total number of maps per program has reached the limit of {limit}",
    "The program names more than {limit} maps.",
    "put several values into one map, or split the program",
    Errno.E2BIG,
)
ARENA_TWICE = _load(
    "Only one arena per program",
    "The program uses two arenas.",
    "put both into one",
    Errno.EBUSY,
)
ARENA_PERFMON = _policy(
    "CAP_BPF and CAP_PERFMON are required to use arena",
    "Arenas share addresses with user space; only a loader with CAP_PERFMON may use them.",
    "load as root",
)
ARENA_ADDRESS = _load(
    "arena's user address must be set via map_extra or mmap()",
    "The arena `{map}` has no place in user space yet.",
    "make it with map_extra, the address it is to have",
)
KFUNC_LICENSE = _policy(
    "cannot call kernel function from non-GPL compatible program",
    "Kernel functions are for programs under a GPL-compatible licence, and this one's is `{license}`.",
    'declare a licence such as "GPL" or "Dual BSD/GPL"',
    Errno.EINVAL,
)
KFUNC_NEGATIVE = _load(
    "negative offset disallowed for kernel module function call\nfailed to find BTF for kernel function",
    "The call names a module by a negative number.",
    "let libbpf fill in calls of kernel functions",
)
KFUNC_MODULE = _load(
    "kfunc offset > 0 without fd_array is invalid\nfailed to find BTF for kernel function",
    "The call is of a function in a kernel module, and the load names no module.",
    "let libbpf fill in calls of kernel functions",
    Errno.EPROTO,
)
KFUNC_NONE = _load(
    "kernel btf_id {id} is not a function",
    "In the types of this kernel number {id} is not a function.",
    "let libbpf fill in calls of kernel functions: the numbers differ from kernel to kernel",
)
KFUNC_ZERO = _load(
    "invalid kernel function call not eliminated in verifier pass",
    "The call names no kernel function: libbpf leaves such calls where a weak function does not exist.",
    "test whether the function exists before calling it, so that the call is never come to",
)
KERNEL_TYPE_NONE = _load(
    "pseudo btf_id {id} in ldimm64 isn't KIND_VAR or KIND_FUNC",
    "In the types of this kernel number {id} is neither a variable nor a function.",
    "let libbpf fill in the numbers of kernel variables: they differ from kernel to kernel",
)
KERNEL_VARIABLE = _load(
    "ldimm64 failed to find the address for kernel symbol '{name}'.",
    "This kernel was built without a list of its variables' addresses, so that {name} cannot be found.",
    "ask through a helper, or run a kernel built with CONFIG_KALLSYMS_ALL",
    Errno.ENOENT,
)
KERNEL_TYPE_BEYOND = _load(
    "ldimm64 insn specifies invalid btf_id {id}.",
    "This kernel has no type number {id}.",
    "let libbpf fill in the numbers of kernel variables: they differ from kernel to kernel",
    Errno.ENOENT,
)
