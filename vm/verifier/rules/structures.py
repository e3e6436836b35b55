"""Rules of looking into structures of the kernel."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _memory(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.MEMORY, what, hint)


_FIELDS = "load a whole field, at the offset it has in this kernel"
STRUCT_BEYOND = _memory(
    "access beyond struct {struct} at off {off} size {size}",
    "The {size} bytes at {off} lie beyond struct {struct}.",
    _FIELDS,
)
STRUCT_PART_OF_POINTER = _memory(
    "cannot access ptr member {member} with moff {start} in struct {struct} with off {off} size {size}",
    "`{member}` of struct {struct} is a pointer at {start}; it can only be loaded whole, 8 bytes.",
    _FIELDS,
)
STRUCT_BEYOND_MEMBER = _memory(
    "access beyond the end of member {member} (mend:{end}) in struct {struct} with off {off} size {size}",
    "`{member}` of struct {struct} ends at {end}, and the load goes on behind it.",
    _FIELDS,
)
STRUCT_NO_FIELD = _memory(
    "struct {struct} doesn't have field at offset {off}",
    "There is no field at offset {off} of struct {struct}: it is padding.",
    _FIELDS,
    Errno.EINVAL,
)
STRUCT_NEGATIVE = _memory(
    "R{reg} is ptr_{struct} invalid negative access: off={off}",
    "r{reg} points to a struct {struct}, and the access lies before it.",
    _FIELDS,
)
STRUCT_VARIABLE = _memory(
    "R{reg} is ptr_{struct} invalid variable offset: off={off}, var_off={var_off}",
    "A number only known at run time was added to r{reg}, which points to a struct {struct}.",
    "use constant offsets",
)
STRUCT_USER_MEMORY = _memory(
    "R{reg} is ptr_{struct} access user memory: off={off}",
    "r{reg} points to memory of a process.",
    "copy from it with bpf_probe_read_user",
)
STRUCT_PERCPU_MEMORY = _memory(
    "R{reg} is ptr_{struct} access percpu memory: off={off}",
    "r{reg} points to memory that every CPU has its own of.",
    "ask bpf_this_cpu_ptr or bpf_per_cpu_ptr for a CPU's own",
)
STRUCT_ONLY_READ = Rule(
    "only read is supported",
    Errno.EACCES,
    Category.POLICY,
    "r{reg} points to a struct {struct} of the kernel, which programs may only read.",
    "keep what the program has to say in a map",
)
STRUCT_LICENSE = Rule(
    "Cannot access kernel 'struct {struct}' from non-GPL compatible program",
    Errno.EINVAL,
    Category.POLICY,
    "Only programs under a GPL-compatible licence may look into the kernel, and this one's is `{license}`.",
    'declare a licence such as "GPL" or "Dual BSD/GPL"',
)
