"""Reads guarded code back and says which instructions could touch anything but the arena and its header.

Only what the bytes themselves show counts. Of r10, which every access goes by, it is known that its upper
half is 0 behind an instruction that writes its lower half, and that it is below 256 behind ``shr r10d, 24``;
where a jump may come in nothing is known. Such an index cannot leave the reservation.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import capstone
from capstone import x86_const as x86

from vm.isa import STACK_SIZE
from vm.jit.guarded.arena import DIRTY, HEADER, WINDOWS
from vm.memory.region import WINDOW, WINDOW_BITS

ALLOWED: Final = frozenset({
    "mov", "movabs", "movzx", "movsx", "movsxd", "lea", "push", "pop", "xchg", "lock xchg", "bswap",
    "add", "sub", "and", "or", "xor", "neg", "imul", "div", "idiv", "cdq", "cqo", "shl", "shr", "sar", "ror",
    "shlx", "shrx", "sarx", "cmp", "test", "lock add", "lock and", "lock or", "lock xor", "lock xadd",
    "lock cmpxchg", "jmp", "call", "ret", "stc", "clc", "movd", "pshufd", "movups",
    "ja", "jae", "jb", "jbe", "je", "jne", "jg", "jge", "jl", "jle", "js", "nop",
})  # fmt: skip
"""Nothing that asks the kernel, the processor or a device for anything."""
_LOW_HALVES: Final = frozenset({x86.X86_REG_R10D})
_ANY: Final = 1 << 64


def out_of_bounds(code: bytes, entries: Collection[int]) -> Iterator[str]:
    """Every instruction not known to stay within bounds; at ``entries`` it may begin with anything in r10."""
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    decoder.detail = True
    insns = list(decoder.disasm(code, 0))
    if sum(insn.size for insn in insns) != len(code):
        yield "not all of it is code"
    starts = {insn.address for insn in insns}
    targets = {insn.operands[0].imm for insn in insns if _goes_by_distance(insn)}
    if not targets <= starts:
        yield f"jumps into instructions: {sorted(targets - starts)}"
    frame_used = any(_is_memory(operand, x86.X86_REG_RBP) for insn in insns for operand in _accessed(insn))
    below = _bounds(insns, targets, entries)
    for insn in insns:
        shown = f"{insn.address:#x}: {insn.mnemonic} {insn.op_str}"
        if insn.mnemonic not in ALLOWED:
            yield f"{shown}: not one of ours"
        for operand in _accessed(insn):
            if operand.type == x86.X86_OP_MEM and not _stays(operand, below[insn.address]):
                yield f"{shown}: r10 below {below[insn.address]:#x}"
        if insn.mnemonic in ("jmp", "call") and insn.operands[0].type == x86.X86_OP_MEM:
            yield f"{shown}: goes to an address in memory"
        if frame_used and _changes_frame(insn) and not _moves_frame(insn):
            yield f"{shown}: changes the place of the frame"


def _bounds(insns: Sequence[Any], targets: Collection[int], entries: Collection[int]) -> dict[int, int]:
    """What r10 is below of before each instruction, whatever way led there."""
    met = dict.fromkeys(targets, 0) | dict.fromkeys(entries, _ANY)
    before: dict[int, int] = {}
    while True:
        index, seen = _ANY, dict(met)
        for insn in insns:
            if insn.address in met:
                index = met[insn.address] = max(met[insn.address], index)
            before[insn.address] = index
            if _goes_by_distance(insn):
                to = insn.operands[0].imm
                met[to] = max(met[to], index)
            index = 0 if insn.mnemonic in ("jmp", "ret") else _index_behind(insn, index)
        if met == seen:
            return before


def _accessed(insn: Any) -> list[Any]:
    """The operands that are used, not only reckoned with: a long ``nop`` touches no memory it names."""
    return [] if insn.mnemonic in ("lea", "nop") else list(insn.operands)


def _is_memory(operand: Any, base: int) -> bool:
    return bool(operand.type == x86.X86_OP_MEM and operand.mem.base == base)


def _goes_by_distance(insn: Any) -> bool:
    verb = insn.mnemonic
    return bool((verb == "call" or verb.startswith("j")) and insn.operands[0].type == x86.X86_OP_IMM)


def _stays(operand: Any, index: int) -> bool:
    """Whether the access is within the header or the arena, or on the machine's stack."""
    mem, size = operand.mem, operand.size
    if mem.base == x86.X86_REG_RSP:
        return bool(mem.index == 0 and mem.disp == 0)
    if mem.base == x86.X86_REG_RBP:
        return bool(mem.index == 0 and -STACK_SIZE <= mem.disp <= -size)
    if mem.base != x86.X86_REG_R12:
        return False
    if mem.index == 0:
        return bool(-HEADER <= mem.disp <= -size)
    if mem.index != x86.X86_REG_R10 or mem.disp < -HEADER:
        return False
    if mem.scale == 8 or (mem.disp == DIRTY and size == 1):
        return bool(index <= WINDOWS and mem.disp + (WINDOWS - 1) * mem.scale + size <= 0)
    return bool(mem.scale == 1 and index <= 1 << 32 and mem.disp <= 0)


def _index_behind(insn: Any, index: int) -> int:
    """What r10 is known to be below of behind the instruction."""
    _, written = insn.regs_access()
    if insn.mnemonic == "call":
        return _ANY
    if not {x86.X86_REG_R10, *_LOW_HALVES} & set(written):
        return index
    first = insn.operands[0]
    if first.type != x86.X86_OP_REG or first.reg not in _LOW_HALVES:
        return _ANY
    if insn.mnemonic == "shr" and insn.operands[1].imm == WINDOW_BITS:
        return WINDOWS
    return 1 << 32


def _changes_frame(insn: Any) -> bool:
    _, written = insn.regs_access()
    return bool({x86.X86_REG_RBP, x86.X86_REG_EBP} & set(written))


def _moves_frame(insn: Any) -> bool:
    """Coming, going, from r10's value to the frame's place, and to the next frame or back."""
    match insn.mnemonic:
        case "mov":
            return insn.op_str in ("ebp, ebp",) or insn.op_str.startswith("rbp, qword ptr [r12 - ")
        case "add" | "sub":
            return insn.op_str in ("rbp, r12", f"rbp, {WINDOW:#x}")
        case verb:
            return bool(verb == "pop")
