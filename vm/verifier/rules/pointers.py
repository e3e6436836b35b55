"""Rules of arithmetic on pointers."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _kind(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.REGISTER_TYPE, what, hint)


def _bounds(message: str, what: str, hint: str) -> Rule:
    return Rule(message, Errno.EINVAL, Category.MEMORY, what, hint)


ALU32 = _kind(
    "R{reg} 32-bit pointer arithmetic prohibited",
    "Arithmetic on w{reg} keeps only half of the address ({type}).",
    "use the 64-bit register r{reg}",
)
ARITHMETIC_MAYBE_NULL = _kind(
    "R{reg} pointer arithmetic on {type} prohibited, null-check it first",
    "The pointer may be null; moved away from 0, a later comparison could not tell.",
    "compare with 0 first, `if r{reg} == 0 goto …`, then add",
)
ARITHMETIC_KIND = _kind(
    "R{reg} pointer arithmetic on {type} prohibited",
    "Pointers of this kind ({type}) must stay as they are.",
    "move a pointer into the data instead",
)
MATH_CONSTANT = _bounds(
    "math between {type} pointer and {value} is not allowed",
    "{value} is further than any memory reaches; Linux allows less than 2^29.",
    "use a smaller constant, and look for a number mistaken for an offset",
)
OFFSET_TOO_LARGE = _bounds(
    "{type} pointer offset {off} is not allowed",
    "The pointer's offset would become {off}; Linux allows less than 2^29 either way.",
    "start again from the pointer as it was given",
)
MATH_UNBOUNDED = _bounds(
    "math between {type} pointer and register with unbounded min value is not allowed",
    "The number is not bounded at all: it could be as low as -2^63.",
    "bound it first: a mask (`&=`), or comparisons on both sides",
)
MATH_OUT_OF_BOUNDS = _bounds(
    "value {value} makes {type} pointer be out of bounds",
    "The number may be {value}, further than any memory reaches.",
    "bound it more tightly first",
)
SUBTRACT_FROM_SCALAR = _kind(
    "R{reg} tried to subtract pointer from scalar",
    "r{reg} is a number, and a pointer would be subtracted from it.",
    "subtract the number from the pointer, or one packet pointer from the other",
)
STACK_SUBTRACTION = _kind(
    "R{reg} subtraction from stack pointer prohibited",
    "Linux does not subtract from stack pointers.",
    "add a negative number: `r{reg} += -8`",
)
BITWISE = _kind(
    "R{reg} bitwise operator {op} on pointer prohibited",
    "{op} on an address ({type}) leaves nothing that could be checked.",
    "apply it to the number before adding the number to the pointer",
)
OPERATOR = _kind(
    "R{reg} pointer arithmetic with {op} operator prohibited",
    "Only += and -= make sense for an address ({type}).",
    "apply {op} to the number before adding the number to the pointer",
)
