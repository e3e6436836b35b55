"""Rules that keep kernel addresses from a loader without CAP_PERFMON, and speculation in bounds."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _policy(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.POLICY, what, hint)


LEAK_STORE = _policy(
    "R{reg} leaks addr into {place}",
    "r{reg} holds an address ({type}); without CAP_PERFMON it may not be stored where others could read it.",
    "store a number instead; keep pointers in registers or on the stack",
)
LEAK_HELPER = _policy(
    "R{reg} leaks addr into helper function",
    "r{reg} holds an address ({type}) where the helper takes a number.",
    "pass a number; without CAP_PERFMON addresses may not leave the program",
)
LEAK_RETURN = _policy(
    "R{reg} leaks addr as return value",
    "The program would return an address ({type}) in r{reg}.",
    "set r0 to a number before `exit`",
)
STRUCTURE_SECRET = _policy(
    "'struct {struct}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN",
    "struct {struct} is the kernel's own; without CAP_PERFMON it may be pointed at, not looked into.",
    "use the fields of the context, or a helper that tells what is needed",
    Errno.EPERM,
)
TAIL_CALL_MAPS = _policy(
    "tail_call abusing map_ptr",
    "This tail call is come to with different maps; its index could not be guarded against speculation.",
    "make one tail call for each map",
    Errno.EINVAL,
)
_NOT_ROOT = "pointer arithmetic with it prohibited for !root"
MIXED_SIGNS = _policy(
    "R{reg} has unknown scalar with mixed signed bounds, " + _NOT_ROOT,
    "The number in r{reg} may be negative or positive; the mask against speculation must know which.",
    "bound it on both sides first",
)
UNSUPPORTED_POINTER = _policy(
    "R{reg} has pointer with unsupported alu operation, " + _NOT_ROOT,
    "Without CAP_PERFMON numbers in registers may be added to stack pointers and map values only.",
    "use constant offsets",
)
TOO_MANY_SKIPPED = _policy(
    "{before}\nR{reg} could not be pushed for speculative verification, " + _NOT_ROOT,
    "Too many branches wait to be walked already.",
    "use fewer branches before this arithmetic",
    Errno.ENOMEM,
)
DIFFERENT_PATHS = _policy(
    "R{reg} tried to {op} from different maps, paths or scalars, " + _NOT_ROOT,
    "Different ways lead here with pointers or numbers of different bounds, and one mask must do for all.",
    "do the arithmetic on each way separately",
)
BEYOND_BOUNDS = _policy(
    "R{reg} tried to {op} beyond pointer bounds, " + _NOT_ROOT,
    "r{reg} could leave the memory it points to, even if only in speculation.",
    "bound the number more tightly",
)
STACK_ARITHMETIC_VARIABLE = _policy(
    "R{reg} variable stack access prohibited for !root, var_off={var_off} off={off}",
    "Without CAP_PERFMON stack pointers must have constant offsets.",
    "use constant offsets, or a map value for indexed data",
)
STACK_ARITHMETIC_RANGE = _policy(
    "R{reg} stack pointer arithmetic goes out of range, prohibited for !root; off={off}",
    "Without CAP_PERFMON a stack pointer may not even point outside the stack (offset {off}).",
    "stay within -512 to -1",
)
_VALUE_RANGE = "R{reg} pointer arithmetic of map value goes out of range, prohibited for !root"
MAP_VALUE_ARITHMETIC = _policy(
    "{access}\n" + _VALUE_RANGE,
    "Without CAP_PERFMON a pointer to a map value may not even point outside the value.",
    "check the bounds before adding",
)
