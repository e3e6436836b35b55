"""Rules of the context and of pointers that must be unchanged."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _context(message: str, what: str, hint: str) -> Rule:
    return Rule(message, Errno.EACCES, Category.EXECUTION_CONTEXT, what, hint)


_FIELD = "invalid bpf_context access off={off} size={size}"
CONTEXT_NO_FIELD = _context(
    _FIELD,
    "The context of {prog_type} has no field at bytes {off} to {last}.",
    "use the offsets of {struct}",
)
CONTEXT_WIDTH = _context(
    _FIELD,
    "Field `{field}` of {struct} (offset {start}, {length} bytes) cannot be accessed as {size} bytes at "
    "{off}: "
    "Linux allows {widths}.",
    "access the field whole, then mask or shift what you need",
)
ARGUMENT_OFFSET = _context(
    "func '{target}' offset {off} is not multiple of 8\n" + _FIELD,
    "Arguments are 8 bytes each: none begins at byte {off}.",
    "read 8 bytes at 0, 8, 16 …",
)
ARGUMENT_SIZE = _context(
    "func '{target}' size {size} must be 8\n" + _FIELD,
    "The argument `{field}` is a pointer: it is read whole, 8 bytes, not {size}.",
    "read it as u64",
)
CONTEXT_READ = _context(
    _FIELD,
    "Programs of type {prog_type} may not read `{field}` of {struct}.",
    "use another field, or a hook that has this one",
)
CONTEXT_WRITE = _context(
    _FIELD,
    "Programs of type {prog_type} may not write to `{field}` of {struct}.",
    "keep the number in a map or on the stack; only a few fields can be written, such as mark and cb at tc",
)
POINTER_NEGATIVE = Rule(
    "negative offset {type} ptr R{reg} off={off} disallowed",
    Errno.EACCES,
    Category.MEMORY,
    "r{reg} points {off} bytes before what it was made for.",
    "keep a copy of the pointer as it was",
)
POINTER_MODIFIED = Rule(
    "dereference of modified {type} ptr R{reg} off={off} disallowed",
    Errno.EACCES,
    Category.REGISTER_TYPE,
    "r{reg} was moved by {off} bytes; pointers of this kind ({type}) are only good as they were given.",
    "put the offset into the load itself, `*(u32 *)(r{reg} + offset)`, and leave the register alone",
)
POINTER_VARIABLE = Rule(
    "variable {type} access var_off={var_off} disallowed",
    Errno.EACCES,
    Category.REGISTER_TYPE,
    "A number only known at run time was added to r{reg}; pointers of this kind ({type}) need constant "
    "offsets.",
    "choose the field by comparisons and constant offsets",
)
