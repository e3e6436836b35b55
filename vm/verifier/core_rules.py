"""The rules of the walk itself: limits, loops, control flow, uninitialised registers."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule

CORE_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "not-readable": Rule(
            "R{reg} !read_ok",
            Errno.EACCES,
            Category.REGISTER_TYPE,
            "r{reg} holds nothing here: no path to this instruction has set it, or a call has wiped it.",
            "Set r{reg} before reading it. Calls leave r1 to r5 empty; keep values in r6 to r9.",
        ),
        "frame-pointer": Rule(
            "frame pointer is read only",
            Errno.EACCES,
            Category.PROGRAM_STRUCTURE,
            "r10 is the frame pointer and cannot be written.",
            "Copy r10 to another register and change the copy.",
        ),
        "too-large": Rule(
            "BPF program is too large. Processed {count} insn",
            Errno.E2BIG,
            Category.LIMITS,
            "The verifier walked {limit} instructions over all paths and gave up.",
            "Shorten loops, or help paths to become equal earlier.",
        ),
        "too-many-branches": Rule(
            "The sequence of {count} jumps is too complex.",
            Errno.EFAULT,
            Category.LIMITS,
            "More than 8192 branches wait to be walked.",
            "Split the program, or replace chains of conditions by a table.",
        ),
        "contradiction": Rule(
            "{text}",
            Errno.EFAULT,
            Category.LIMITS,
            "What the verifier knows of a number contradicts itself on one way out of this comparison.",
            "Load without BPF_F_TEST_REG_INVARIANTS: the verifier then forgets what it knew and goes on.",
        ),
        "conversion": Rule(
            "verifier bug: error during ctx access conversion (0)",
            Errno.EFAULT,
            Category.MEMORY,
            "Half of a field of 8 bytes is read: Linux lets that pass, and then fails to translate it.",
            "Read all 8 bytes.",
        ),
        "unallocated-slot": Rule(
            "verifier bug: stack slot {slot}, total slots {slots} "
            "(i >= func->allocated_stack / BPF_REG_SIZE)",
            Errno.EFAULT,
            Category.MEMORY,
            "A check depends on a byte of stack that one path has not set: Linux 6.18 gives up.",
            "Set the stack on every path before reading it.",
        ),
        "infinite-loop": Rule(
            "infinite loop detected at insn {pc}",
            Errno.EINVAL,
            Category.PROGRAM_STRUCTURE,
            "The program comes back to instruction {pc} with nothing changed: it would never end.",
            "Make something change on every turn, and test it.",
        ),
        "pointer-unary": Rule(
            "R{reg} pointer arithmetic prohibited",
            Errno.EACCES,
            Category.REGISTER_TYPE,
            "r{reg} is a pointer; it cannot be negated or have its bytes swapped.",
            "Do this to a number.",
        ),
        "pointer-partial-copy": Rule(
            "R{reg} partial copy of pointer",
            Errno.EACCES,
            Category.POLICY,
            "r{reg} is a pointer; only all 64 bits of it can be copied.",
            "Copy with a 64-bit move.",
        ),
        "pointer-sign-extension": Rule(
            "R{reg} sign-extension part of pointer",
            Errno.EACCES,
            Category.POLICY,
            "r{reg} is a pointer; part of it cannot be sign-extended.",
            "Copy with a plain 64-bit move.",
        ),
        "pointer-pointer": Rule(
            "R{reg} pointer {op} pointer prohibited",
            Errno.EACCES,
            Category.REGISTER_TYPE,
            "Both operands are pointers; their {op} means nothing.",
            "Only the difference of two pointers can be taken.",
        ),
        "pointer-comparison": Rule(
            "R{reg} pointer comparison prohibited",
            Errno.EACCES,
            Category.POLICY,
            "r{reg} is a pointer, and comparing it would tell its address.",
            "Compare packet pointers with data_end, or pointers with 0.",
        ),
        "different-pointers": Rule(
            "same insn cannot be used with different pointers",
            Errno.EINVAL,
            Category.PROGRAM_STRUCTURE,
            "On another path this same instruction goes through a pointer of another kind.",
            "Give each path its own access.",
        ),
        "zero-division": Rule(
            "div by zero",
            Errno.EINVAL,
            Category.PROGRAM_STRUCTURE,
            "Division by the constant 0.",
            "Divide by something else.",
        ),
        "fill-size": Rule(
            "invalid size of register fill",
            Errno.EACCES,
            Category.MEMORY,
            "A pointer saved on the stack must be read back as a whole, 8 bytes.",
            "Load all 8 bytes.",
        ),
        "spill-size": Rule(
            "invalid size of register spill",
            Errno.EACCES,
            Category.MEMORY,
            "A pointer must be saved on the stack as a whole, 8 bytes.",
            "Store all 8 bytes.",
        ),
        "spill-to-caller": Rule(
            "cannot spill pointers to stack into stack frame of the caller",
            Errno.EINVAL,
            Category.MEMORY,
            "A pointer to this function's stack would outlive it in the caller's.",
            "Keep it in this function.",
        ),
        "corrupt-spill": Rule(
            "attempt to corrupt spilled pointer on stack",
            Errno.EACCES,
            Category.MEMORY,
            "Part of a pointer saved on the stack would be overwritten.",
            "Overwrite all 8 bytes or use another place.",
        ),
        "unreadable-stack": Rule(
            "invalid read from stack off {off}+{byte} size {size}",
            Errno.EACCES,
            Category.MEMORY,
            "Byte {byte} of these {size} on the stack has not been written.",
            "Write it first.",
        ),
        "leaking-spill": Rule(
            "leaking pointer from stack off {off}",
            Errno.EACCES,
            Category.POLICY,
            "The stack holds a pointer here, and it would leak.",
            "Overwrite it first.",
        ),
        "spill-in-range": Rule(
            "spilled ptr in range of var-offset stack write; insn {pc}, ptr off: {off}",
            Errno.EINVAL,
            Category.MEMORY,
            "The write may hit a pointer saved on the stack.",
            "Keep arrays and saved pointers apart.",
        ),
        "uninit-in-range": Rule(
            "uninit stack in range of var-offset write prohibited for !root; insn {pc}, off: {off}",
            Errno.EINVAL,
            Category.POLICY,
            "The write may or may not initialise this byte of stack.",
            "Initialise the array first.",
        ),
        "returns-stack": Rule(
            "cannot return stack pointer to the caller",
            Errno.EINVAL,
            Category.CALL_TYPE,
            "The function would return a pointer to its own stack, which is gone then.",
            "Return a number, or a pointer to something that stays.",
        ),
        "callback-not-scalar": Rule(
            "R0 not a scalar value",
            Errno.EACCES,
            Category.EXECUTION_CONTEXT,
            "A callback must return a number.",
            "Set r0 to 0 or 1 before exit.",
        ),
        "calls-too-deep": Rule(
            "the call stack of {frames} frames is too deep",
            Errno.E2BIG,
            Category.LIMITS,
            "More than 8 functions would run at once.",
            "Call less deeply.",
        ),
        "stack-too-large": Rule(
            "combined stack size of {frames} calls is {size}. Too large",
            Errno.EACCES,
            Category.LIMITS,
            "The functions of this chain of calls use {size} bytes of stack together; 512 is the limit.",
            "Use less stack, or maps.",
        ),
        "tail-call-stack": Rule(
            "tail_calls are not allowed when call stack of previous frames is {size} bytes. Too large",
            Errno.EACCES,
            Category.LIMITS,
            "With tail calls, the frames before may use only 256 bytes of stack.",
            "Use less stack in the callers.",
        ),
        "lock-call": Rule(
            "function calls are not allowed while holding a lock",
            Errno.EINVAL,
            Category.RESOURCE_LIFETIME,
            "While a spin lock is held no function may be called.",
            "Unlock before the call.",
        ),
        "constant-of-many": Rule(
            "",
            Errno.ENOTSUPP,
            Category.POLICY,
            "The load reads a frozen array of several entries; Linux knows constants of one entry only.",
            "Give the array max_entries 1, or do not freeze it.",
        ),
        "no-func-info": Rule(
            "missing btf func_info",
            Errno.EINVAL,
            Category.PROGRAM_STRUCTURE,
            "The address of a function is taken, and the program comes without types (BTF), by which Linux "
            "knows that it is one.",
            "Load it from an object file with BTF, as clang -g makes.",
        ),
        "ld-abs-context": Rule(
            "at the time of BPF_LD_ABS|IND R6 != pointer to skb",
            Errno.EINVAL,
            Category.EXECUTION_CONTEXT,
            "Legacy packet access takes the context from r6.",
            "Keep the context in r6.",
        ),
    }
)
