"""Rules of the stack: bounds, what is initialised, spilled registers."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _memory(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.MEMORY, what, hint)


def _policy(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.POLICY, what, hint)


_FRAME = "a frame's stack is bytes -512 to -1 from r10"
STACK_OUTSIDE = _memory(
    "invalid{direction} stack R{reg} off={off} size={size}",
    "The {size} bytes at r10 {off:+} do not lie on the stack: " + _FRAME + ".",
    "use an offset from -512 to -{size}",
)
STACK_STRADDLES = _memory(
    "invalid{direction} stack R{reg} off={off} size={size}",
    "The {size} bytes at r10 {off:+} begin on the stack and end beyond it: " + _FRAME + ".",
    "begin at least {size} bytes below r10",
    Errno.EINVAL,
)
_VARIABLE = "invalid variable-offset{direction} stack R{reg} var_off={var_off} off={off} size={size}"
STACK_VARIABLE = _memory(
    _VARIABLE,
    "r{reg} points somewhere into the stack depending on a number, and {size} bytes there may lie outside; "
    + _FRAME
    + ".",
    "narrow the number with a mask or a comparison, so that every possible place is on the stack",
)
STACK_VARIABLE_STRADDLES = _memory(
    _VARIABLE,
    "r{reg} points somewhere into the stack depending on a number; {size} bytes from there may go beyond "
    "r10.",
    "narrow the number, or leave {size} bytes of room behind the last place it can reach",
    Errno.EINVAL,
)
STACK_UNBOUNDED = _memory(
    "invalid unbounded variable-offset{direction} stack R{reg}",
    "A number without bounds was added to the stack pointer in r{reg}.",
    "narrow the number with a mask or a comparison before adding it",
)
STACK_ARGUMENT_UNSET = _memory(
    "invalid read from stack R{reg} off {off}+{index} size {size}",
    "The helper reads {size} bytes of stack at r10 {off:+}, and byte {index} of them is not set on this way.",
    "set all {size} bytes before the call, padding included",
)
STACK_ARGUMENT_UNSET_VARIABLE = _memory(
    "invalid read from stack R{reg} var_off {var_off}+{index} size {size}",
    "The helper reads {size} bytes of stack from a place that depends on a number, and some are not set.",
    "set the whole range before the call",
)
ZERO_SIZED = _memory(
    "invalid zero-sized read",
    "The size is 0, and this argument must have at least one byte.",
    "pass a size of 1 or more",
)
VARIABLE_DISCARDED = _memory(
    "variable offset stack pointer cannot be passed into helper function; "
    "var_off={var_off} off={off} size={size}",
    "An atomic operation on the stack needs a place known beforehand, and r{reg} depends on a number.",
    "use a constant offset from r10",
)
VARIABLE_UNPRIVILEGED = _policy(
    "R{reg} variable offset stack access prohibited for !root, var_off={var_off}",
    "Without CAP_PERFMON stack pointers must have constant offsets.",
    "use constant offsets from r10, or a map value for indexed data",
)
