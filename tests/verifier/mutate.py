"""Neighbours of a program: one small mistake of the kind people make, at a place chosen by a seed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from vm.encoding import LD_IMM64, decode
from vm.instruction import Slot
from vm.isa import InsnClass, Mode, Size
from vm.program import Program
from vm.word import signed

Mutation = Callable[[Slot, Random, Program], Slot]

_NOP = Slot(0x05)
_JUMPS = frozenset(range(0, 0xE0, 0x10)) - {0x00, 0x80, 0x90}
_SIZES = (Size.B, Size.H, Size.W, Size.DW)
_EXIT, _CALL = 0x95, 0x85


def _class(slot: Slot) -> int:
    return slot.opcode & 7


def is_jump(slot: Slot) -> bool:
    """Whether it is a conditional jump."""
    return _class(slot) in (InsnClass.JMP, InsnClass.JMP32) and slot.opcode & 0xF0 in _JUMPS


def is_access(slot: Slot) -> bool:
    """Whether it reads or writes memory through a register."""
    classes = (InsnClass.LDX, InsnClass.ST, InsnClass.STX)
    return _class(slot) in classes and slot.opcode & 0xE0 in (Mode.MEM, Mode.MEMSX, Mode.ATOMIC)


def _is_alu(slot: Slot) -> bool:
    return _class(slot) in (InsnClass.ALU, InsnClass.ALU64)


def _has_imm(slot: Slot) -> bool:
    """Whether the immediate is a number of the program's own."""
    return ((_is_alu(slot) or is_jump(slot)) and not slot.opcode & 8) or _class(slot) == InsnClass.ST


def _drop(_slot: Slot, _rng: Random, _program: Program) -> Slot:
    return _NOP


def _always(slot: Slot, _rng: Random, _program: Program) -> Slot:
    return Slot(0x05, off=slot.off)


def _other_condition(slot: Slot, rng: Random, _program: Program) -> Slot:
    code = rng.choice(sorted(_JUMPS - {slot.opcode & 0xF0}))
    return replace(slot, opcode=slot.opcode & 0x0F | code)


def _other_width(slot: Slot, _rng: Random, _program: Program) -> Slot:
    return replace(slot, opcode=slot.opcode ^ 0x03)


def _other_target(slot: Slot, rng: Random, _program: Program) -> Slot:
    return replace(slot, off=signed(slot.off + rng.choice((-3, -2, -1, 1, 2, 3)), 16))


def _other_imm(slot: Slot, rng: Random, _program: Program) -> Slot:
    imm = rng.choice(
        (slot.imm - 1, slot.imm + 1, -slot.imm, slot.imm * 2, slot.imm ^ 4, 0, -1, 64, 0x7FFFFFFF, 1 << 16)
    )
    return replace(slot, imm=signed(imm, 32))


def _other_size(slot: Slot, rng: Random, _program: Program) -> Slot:
    return replace(slot, opcode=slot.opcode & ~0x18 | rng.choice(_SIZES))


def _other_off(slot: Slot, rng: Random, _program: Program) -> Slot:
    return replace(slot, off=signed(slot.off + rng.choice((-512, -8, -4, -1, 1, 2, 4, 8, 40, 4096)), 16))


def _other_dst(slot: Slot, rng: Random, _program: Program) -> Slot:
    return replace(slot, dst=rng.randrange(11))


def _other_src(slot: Slot, rng: Random, _program: Program) -> Slot:
    return replace(slot, src=rng.randrange(11))


def _other_alu(slot: Slot, rng: Random, _program: Program) -> Slot:
    return replace(slot, opcode=slot.opcode & 0x0F | rng.randrange(14) << 4, off=0)


def _other_helper(slot: Slot, rng: Random, program: Program) -> Slot:
    used = [one.imm for one in program.slots if one.opcode == _CALL and not one.src]
    return replace(slot, imm=rng.choice([*used, rng.randrange(1, 212)]))


def _other_map(slot: Slot, rng: Random, program: Program) -> Slot:
    return replace(slot, imm=rng.randrange(max(len(program.maps), 1)))


def _forgotten(slot: Slot, rng: Random, _program: Program) -> Slot:
    """The register set to something by a mistake."""
    return Slot(0xB7, slot.dst, imm=rng.choice((0, 1, -1, 512)))


_TABLE: tuple[tuple[str, Callable[[Slot], bool], Mutation, int], ...] = (
    ("drop", lambda slot: slot.opcode != LD_IMM64, _drop, 5),
    ("never", is_jump, _drop, 6),
    ("always", is_jump, _always, 3),
    ("condition", is_jump, _other_condition, 5),
    ("width", lambda slot: is_jump(slot) or _is_alu(slot), _other_width, 3),
    ("target", lambda slot: is_jump(slot) or slot.opcode == 0x05, _other_target, 3),
    ("immediate", _has_imm, _other_imm, 6),
    ("size", is_access, _other_size, 5),
    ("offset", is_access, _other_off, 6),
    ("dst", lambda slot: slot.opcode not in (_CALL, _EXIT, 0x05), _other_dst, 3),
    ("src", lambda slot: bool(slot.opcode & 8) and slot.opcode not in (_CALL, LD_IMM64), _other_src, 3),
    ("operation", _is_alu, _other_alu, 3),
    ("helper", lambda slot: slot.opcode == _CALL and not slot.src, _other_helper, 3),
    ("map", lambda slot: slot.opcode == LD_IMM64 and slot.src == 1, _other_map, 2),
    ("set", lambda slot: _is_alu(slot), _forgotten, 2),
    ("stop", lambda slot: slot.opcode != LD_IMM64, lambda *_: Slot(_EXIT), 1),
)
"""Name, where it applies, what it does, and how often it is chosen."""

KINDS = tuple(row[0] for row in _TABLE)


def mutant(program: Program, seed: str) -> tuple[str, Program]:
    """A neighbour of ``program`` and what was done: one change, or two to three for some seeds."""
    rng = Random(seed)
    slots, done = list(program.slots), []
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
        if rng.random() < 0.08:
            done.append(_swap(slots, rng))
        else:
            done.append(_change(slots, rng, program))
    return ", ".join(done), with_slots(program, slots)


def with_slots(program: Program, slots: Sequence[Slot]) -> Program:
    """The same with other instructions."""
    return replace(program, slots=tuple(slots), insns=decode(slots), spans={})


def _heads(slots: Sequence[Slot]) -> list[int]:
    """Where instructions start."""
    found, at = [], 0
    while at < len(slots):
        found.append(at)
        at += 2 if slots[at].opcode == LD_IMM64 else 1
    return found


def _swap(slots: list[Slot], rng: Random) -> str:
    heads = [at for at in _heads(slots)[:-1] if LD_IMM64 not in (slots[at].opcode, slots[at + 1].opcode)]
    if not heads:
        return "nothing"
    at = rng.choice(heads)
    slots[at], slots[at + 1] = slots[at + 1], slots[at]
    return f"swap {at}"


def _change(slots: list[Slot], rng: Random, program: Program) -> str:
    heads = _heads(slots)
    places = {row[0]: found for row in _TABLE if (found := [at for at in heads if row[1](slots[at])])}
    rows = [row for row in _TABLE if row[0] in places]
    name, _, change, _ = rng.choices(rows, [row[3] for row in rows])[0]
    at = rng.choice(places[name])
    slots[at] = change(slots[at], rng, program)
    return f"{name} {at}"
