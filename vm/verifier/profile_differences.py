"""What changes for a program with who loads it, in words for a learner, and a program that shows each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vm.verifier.profile import Profile


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing Linux trusts a loader with or not: ``trait`` names the field of ``Profile``.

    ``trusted`` and ``guarded`` say what holds with and without it, ``why`` what the guard is against.
    ``example`` is a program for xdp, in assembly, that a trusted loader may load; a guarded one is told
    ``message``, or, where that is empty, may load it too: the verifier only walks more.
    """

    trait: str
    title: str
    trusted: str
    guarded: str
    why: str
    example: str
    message: str


_VALUE: Final = ".map table array key=u32 value=bytes[64] entries=1\n"

DIFFERENCES: Final = (
    Difference(
        "allow_ptr_leaks",
        "Addresses are secret",
        "A pointer may be stored in a map, returned, compared and calculated with like a number.",
        "A pointer stays in registers and on the stack. Storing it elsewhere, returning it, comparing it "
        "with a number, subtracting pointers, copying half of one and looking into the kernel's structures "
        "are refused.",
        "Who knows where the kernel lies in memory can aim at it: addresses are randomised (KASLR) to "
        "prevent that.",
        _VALUE + "r1 = table[0] ll\n*(u64 *)(r1 + 0) = r10\nr0 = 0\nexit\n",
        "R10 leaks addr into map",
    ),
    Difference(
        "allow_uninit_stack",
        "Stack must be set before it is read",
        "A byte of the stack that was never written may be read; what it holds is left over from before.",
        "Every byte must be written on all ways before it is read or given to a helper.",
        "What is left over on the stack may be an address or a secret of somebody else's.",
        "r0 = *(u64 *)(r10 - 8)\nr0 = 0\nexit\n",
        "invalid read from stack R10 off=-8 size=8",
    ),
    Difference(
        "bypass_spec_v1",
        "What the processor guesses is walked too (Spectre v1)",
        "Where a jump is decided, only the way it goes is walked.",
        "The way it does not go is walked as well, as a speculative path. A mistake there refuses nothing: "
        "a barrier is put before the instruction. But every turn of a loop saves one more path, so that a "
        "loop of 40 turns can exceed the limit of 1,000,000 instructions.",
        "A processor runs ahead on a guess. What it loads then by mistake leaves traces in the cache that "
        "can be measured, although the guess is undone.",
        "r0 = 0\nif r0 == 0 goto out\nr0 = *(u64 *)(r9 + 0)\nout:\nexit\n",
        "",
    ),
    Difference(
        "bypass_spec_v1",
        "Arithmetic on pointers is masked (Spectre v1)",
        "A number within known bounds may be added to any pointer that can be moved.",
        "A number in a register may be added only to pointers to map values and, if it is known, to the "
        "stack; it must not be negative on one way and positive on another, nor lead outside even if "
        "nothing is accessed, and all ways to the instruction must need the same mask.",
        "A mask before the addition keeps the pointer inside its memory even where the processor guessed "
        "the check of the bounds wrong. It has one limit, put into the program when it is loaded.",
        "r2 = *(u32 *)(r1 + 0)\nr4 = 8\nr2 += r4\nr0 = 0\nexit\n",
        "R2 has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root",
    ),
    Difference(
        "bypass_spec_v1",
        "The stack is indexed by constants only",
        "A stack pointer may be moved by a number within bounds.",
        "A stack pointer moves by constants, and never outside the stack.",
        "Linux has no mask for arithmetic on the stack, so a guessed index could reach what else is kept "
        "there.",
        "*(u64 *)(r10 - 8) = 0\n*(u64 *)(r10 - 16) = 0\ncall bpf_get_prandom_u32\nr0 &= 7\nr2 = r10\nr2 += "
        "-16\nr2 += r0\nr0 = *(u8 *)(r2 + 0)\nr0 = 0\nexit\n",
        "R2 variable stack access prohibited for !root, var_off=(0x0; 0x7) off=-16",
    ),
    Difference(
        "bypass_spec_v4",
        "Loads wait for stores to the stack (Spectre v4)",
        "Stores to the stack cost nothing more.",
        "Behind a store that puts a pointer on the stack, or overwrites one or what was never set, comes a "
        "barrier.",
        "A processor may load before an older store to the same place is done, and so get the number that "
        "was there before and take it for a pointer.",
        "*(u64 *)(r10 - 8) = r1\nr1 = *(u64 *)(r10 - 8)\nr0 = 0\nexit\n",
        "",
    ),
    Difference(
        "forbidden_helpers",
        "Helpers that look into the kernel are out of reach",
        "All helpers of the program's type may be called.",
        "Helpers that read memory of the kernel or of a process, print, send signals or give structures of "
        "the kernel may not be called.",
        "What they tell is what CAP_PERFMON is for: to observe the system as a whole.",
        "call bpf_get_current_task\nr0 = 0\nexit\n",
        "program of this type cannot use helper bpf_get_current_task#35",
    ),
)
"""Every difference, the most frequent in programs first; of ``forbidden_types`` the names say all."""


def differences(of: Profile, to: Profile) -> Iterator[Difference]:
    """What changes for a program when it is loaded by ``to`` instead of ``of``."""
    return (row for row in DIFFERENCES if getattr(of, row.trait) != getattr(to, row.trait))
