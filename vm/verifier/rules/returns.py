"""Rules of what a program, a function or a callback returns."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _value(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.EXECUTION_CONTEXT, what, hint)


RETURN_UNSET = Rule(
    "R0 !read_ok",
    Errno.EACCES,
    Category.REGISTER_TYPE,
    "The program ends here, and r0, what it returns, has no value.",
    "set r0 before `exit`; after a call of a function without a result r0 has none",
)
RETURN_RANGE = _value(
    "At program exit the register R{reg} has {has} should have been in [{low}, {high}]",
    "Programs at this hook return {low} to {high}; r0 may be something else here ({has}).",
    "set r0 to one of the verdicts before `exit`",
)
RETURN_NOT_SCALAR = _value(
    "At program exit the register R{reg} is not a known value ({type})",
    "Programs at this hook return {low} to {high}; r0 holds an address ({type}).",
    "set r0 to one of the verdicts before `exit`",
)
CALLBACK_RANGE = _value(
    "At callback return the register R0 has {has} should have been in [{low}, {high}]",
    "A callback returns 0 to go on or 1 to stop; r0 may be something else here ({has}).",
    "set r0 to 0 or 1 before the callback's `exit`",
)
CALLBACK_NOT_SCALAR = _value(
    "R0 not a scalar value",
    "A callback returns 0 or 1, and r0 holds {type}.",
    "set r0 to 0 or 1 before the callback's `exit`",
    Errno.EACCES,
)
SUBPROGRAM_NOT_SCALAR = _value(
    "At subprogram exit the register R0 is not a scalar value ({type})",
    "A global function returns a number, and r0 holds {type}.",
    "return a number; pass pointers by argument",
)
