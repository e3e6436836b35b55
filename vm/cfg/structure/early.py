"""The passes Linux makes over the whole program before it looks at any register, in the kernel's order.

Each pass is a function from the program to its first rejection. They look at 8-byte slots, not at
instructions: the kernel finds calls also in the second slot of ``ld_imm64``, and jumps where no opcode is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from vm.cfg.structure.loads import load_fault
from vm.cfg.structure.rejection import Rejection, reject
from vm.cfg.structure.rules import Kind
from vm.encoding import LD_IMM64
from vm.instruction import Slot
from vm.isa import (
    ALU,
    CALL_CODE,
    END_CODE,
    EXIT_CODE,
    JA_CODE,
    JCOND_CODE,
    JUMP,
    MAX_INSNS,
    NEG_CODE,
    CallKind,
    ImmKind,
    InsnClass,
    Mode,
    Size,
    Source,
)
from vm.program import Program
from vm.word import signed

MAX_SUBPROGRAMS = 256
"""Functions one program may have, the main one included (BPF_MAX_SUBPROGS)."""
TAIL_CALL = 12
"""The helper id of bpf_tail_call."""

CALL = CALL_CODE << 4 | InsnClass.JMP
EXIT = EXIT_CODE << 4 | InsnClass.JMP
GOTO = JA_CODE << 4 | InsnClass.JMP
GOTO_LONG = JA_CODE << 4 | InsnClass.JMP32
MAY_GOTO = JCOND_CODE << 4 | InsnClass.JMP
_JUMPS = (InsnClass.JMP, InsnClass.JMP32)
_STRAIGHT = frozenset({InsnClass.ALU, InsnClass.ALU64, InsnClass.LDX, InsnClass.ST, InsnClass.STX})
"""Classes behind which control goes on at the next slot."""
_LEGACY = (Mode.ABS, Mode.IND)


def _known_opcodes() -> Iterator[int]:
    sources = (Source.K, Source.X)
    for cls in (InsnClass.ALU, InsnClass.ALU64):
        yield NEG_CODE << 4 | cls
        yield from (spec.code << 4 | source | cls for spec in ALU.values() for source in sources)
    yield from (END_CODE << 4 | InsnClass.ALU, END_CODE << 4 | Source.X | InsnClass.ALU)
    yield END_CODE << 4 | InsnClass.ALU64
    yield from (
        spec.code << 4 | source | cls for spec in JUMP.values() for source in sources for cls in _JUMPS
    )
    yield from (CALL, EXIT, GOTO, GOTO_LONG, MAY_GOTO, LD_IMM64)
    for size in Size:
        yield from (Mode.MEM | size | cls for cls in (InsnClass.LDX, InsnClass.ST, InsnClass.STX))
        yield Mode.ATOMIC | size | InsnClass.STX
        if size is not Size.DW:
            yield Mode.MEMSX | size | InsnClass.LDX
            yield from (mode | size | InsnClass.LD for mode in _LEGACY)


KNOWN_OPCODES = frozenset(_known_opcodes())


def size_fault(program: Program) -> Rejection | None:
    """A program has at least one slot and at most a million."""
    if not program.slots:
        return reject(Kind.EMPTY)
    if len(program.slots) > MAX_INSNS:
        return reject(Kind.TOO_LONG, count=len(program.slots), limit=MAX_INSNS)
    return None


@dataclass(frozen=True, slots=True)
class Functions:
    """Where the functions of a program begin, in order; ``fault`` is what is wrong with one that is named,
    which ``starts`` then only lead up to."""

    starts: tuple[int, ...]
    fault: Rejection | None = None

    def ranges(self, count: int) -> Iterator[tuple[int, int]]:
        """Start and end (exclusive) of each function in a program of ``count`` slots."""
        return pairwise((*self.starts, count))

    @property
    def log(self) -> str:
        """What the level-2 log says of them."""
        return "".join(f"func#{index} @{start}\n" for index, start in enumerate(self.starts))


def callee(slot: Slot, pc: int) -> int | None:
    """The slot of the local function that the slot calls or takes the address of."""
    if slot.opcode == CALL and slot.src == CallKind.LOCAL:
        return pc + 1 + slot.imm
    if slot.opcode == LD_IMM64 and slot.src == ImmKind.FUNC:
        return pc + 1 + slot.imm
    return None


def find_functions(program: Program, upto: int | None = None) -> Functions:
    """Where functions begin: at slot 0, and wherever a call or function pointer before ``upto`` leads."""
    starts, count = {0}, len(program.slots)
    for pc, slot in enumerate(program.slots[:upto]):
        target = callee(slot, pc)
        if target is None or target in starts:
            continue
        if not 0 <= target < count:
            outside = reject(Kind.CALL_OUTSIDE, pc, target=target, last=count - 1)
            return Functions(tuple(sorted(starts)), outside)
        if len(starts) == MAX_SUBPROGRAMS:
            many = reject(Kind.TOO_MANY_SUBPROGRAMS, pc, target=target, limit=MAX_SUBPROGRAMS)
            return Functions(tuple(sorted(starts)), many)
        starts.add(target)
    return Functions(tuple(sorted(starts)))


def jump_target(slot: Slot, pc: int) -> int | None:
    """Where the slot jumps to when taken, None if it does not jump. The kernel counts in 32 bits."""
    if slot.opcode & 7 not in _JUMPS or slot.opcode >> 4 in (CALL_CODE, EXIT_CODE):
        return None
    return signed(pc + 1 + (slot.imm if slot.opcode == GOTO_LONG else slot.off), 32)


def jump_fault(program: Program, functions: Functions) -> Rejection | None:
    """Jumps stay within their function, and a function ends in ``exit`` or ``goto``."""
    slots = program.slots
    for first, end in functions.ranges(len(slots)):
        for pc in range(first, end):
            target = jump_target(slots[pc], pc)
            if target is not None and not first <= target < end:
                return reject(Kind.JUMP_OUT_OF_RANGE, pc, target=target, first=first, last=end - 1)
        if slots[end - 1].opcode not in (EXIT, GOTO, GOTO_LONG):
            return reject(Kind.LAST_INSTRUCTION, end - 1)
    return None


def untyped_fault(program: Program, functions: Functions) -> Rejection | None:
    """Without type information, only the main function may end the program from within."""
    for first, end in list(functions.ranges(len(program.slots)))[1:]:
        legacy = tail_call = None
        for pc in range(first, end):
            slot = program.slots[pc]
            if slot.opcode & 7 == InsnClass.LD and slot.opcode & 0xE0 in _LEGACY:
                legacy = pc if legacy is None else legacy
            if slot.opcode == CALL and slot.src == CallKind.HELPER and slot.imm == TAIL_CALL:
                tail_call = pc if tail_call is None else tail_call
        if legacy is not None:
            return reject(Kind.LD_ABS_IN_SUBPROGRAM, legacy)
        if tail_call is not None:
            return reject(Kind.TAIL_CALL_IN_SUBPROGRAM, tail_call)
    return None


def slot_fault(program: Program) -> Rejection | None:
    """Opcodes exist, loads leave ``imm`` alone, and each ``ld_imm64`` is whole and means something."""
    slots, pc = program.slots, 0
    while pc < len(slots):
        slot = slots[pc]
        if slot.opcode & 7 == InsnClass.LDX and (
            slot.imm or slot.opcode & 0xE0 not in (Mode.MEM, Mode.MEMSX)
        ):
            return reject(Kind.LDX_RESERVED, pc)
        if slot.opcode == LD_IMM64:
            if (fault := load_fault(program, pc)) is not None:
                return fault
            pc += 1
        elif slot.opcode not in KNOWN_OPCODES:
            return reject(Kind.UNKNOWN_OPCODE, pc, opcode=slot.opcode)
        pc += 1
    return None


def successors(slot: Slot, pc: int) -> Iterator[int]:
    """The slots control can come to behind the one at ``pc``, called functions included."""
    if slot.opcode not in (EXIT, GOTO, GOTO_LONG):
        yield pc + (2 if slot.opcode == LD_IMM64 else 1)
    for target in (callee(slot, pc), jump_target(slot, pc)):
        if target is not None:
            yield target


def reachability_fault(program: Program) -> Rejection | None:
    """Every instruction can be come to, and the second slot of ``ld_imm64`` cannot.

    Relies on the passes before: every jump and fall-through leads to a slot of the program.
    """
    slots = program.slots
    seen = bytearray(len(slots))
    waiting = [0]
    while waiting:
        pc = waiting.pop()
        while not seen[pc]:
            seen[pc] = 1
            if slots[pc].opcode & 7 in _STRAIGHT:
                pc += 1
            else:
                waiting.extend(successors(slots[pc], pc))
    pc = 0
    while pc < len(slots):
        if not seen[pc]:
            return reject(Kind.UNREACHABLE, pc)
        if slots[pc].opcode == LD_IMM64:
            if seen[pc + 1]:
                return reject(Kind.JUMP_INTO_LD_IMM64, pc)
            pc += 1
        pc += 1
    return None
