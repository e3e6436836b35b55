"""Cuts a program into subprograms and basic blocks, and finds the edges between them.

A subprogram begins at slot 0, where a local call goes, and where a function pointer points, and ends where
the next begins (as in Linux). A call does not end a block: control comes back behind it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from vm.instruction import Call, Exit, Goto, Instruction, Jump, LoadImm64, MayGoto, jump_target
from vm.isa import CallKind, ImmKind
from vm.program import Program


class EdgeKind(StrEnum):
    """Why control passes from one block to another. A call or callback edge leads to a subprogram's entry."""

    FALL_THROUGH = "fallthrough"
    TAKEN = "taken"
    JUMP = "jump"
    CALL = "call"
    CALLBACK = "callback"

    @property
    def is_flow(self) -> bool:
        """Whether the edge stays within a subprogram."""
        return self not in (EdgeKind.CALL, EdgeKind.CALLBACK)


@dataclass(frozen=True, slots=True)
class Edge:
    """Control passes from the instruction at ``pc`` in block ``source`` to the first of block ``target``.

    ``back`` marks a back edge: the target dominates the source, so the edge closes a loop.
    """

    source: int
    target: int
    kind: EdgeKind
    pc: int
    back: bool = False

    def as_back(self) -> "Edge":
        """The same edge, marked as a back edge."""
        return replace(self, back=True)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of instructions that is entered only at its first and left only at its last.

    ``first`` and ``last`` are the slots of those two instructions, ``end`` is the slot behind the block.
    """

    id: int
    subprogram: int
    first: int
    last: int
    end: int
    exits: bool


@dataclass(frozen=True, slots=True)
class Subprogram:
    """The slots ``start`` to ``end`` (exclusive), entered at block ``entry``; ``blocks`` are its blocks."""

    index: int
    name: str
    start: int
    end: int
    entry: int
    blocks: range
    callback: bool


class ProblemKind(StrEnum):
    """Why an edge or a subprogram had to be left out of the graph."""

    JUMP_OUTSIDE = "jump-outside"
    JUMP_INTO_LD_IMM64 = "jump-into-ld-imm64"
    JUMP_OUT_OF_SUBPROGRAM = "jump-out-of-subprogram"
    CALL_OUTSIDE = "call-outside"
    CALL_INTO_LD_IMM64 = "call-into-ld-imm64"
    FALLS_OFF = "falls-off"


@dataclass(frozen=True, slots=True)
class Problem:
    """The instruction at ``pc`` would lead to slot ``target``, where control cannot go."""

    kind: ProblemKind
    pc: int
    target: int


@dataclass(slots=True)
class Found:
    """What cutting a program up yields."""

    subprograms: tuple[Subprogram, ...] = ()
    blocks: tuple[Block, ...] = ()
    block_at: tuple[int, ...] = ()
    edges: list[Edge] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()


Insns = Sequence[Instruction | None]


def find_blocks(program: Program) -> Found:
    """Blocks, subprograms and edges of ``program`` in program order; back edges are not yet marked."""
    insns = program.insns
    if not insns:
        return Found()
    problems: list[Problem] = []
    starts, callbacks = _subprogram_starts(insns, problems)
    bounds = [*starts[1:], len(insns)]
    owner = _owners(starts, len(insns))
    leaders = {0, *starts}
    for pc, insn in enumerate(insns):
        target = None if insn is None else jump_target(insn, pc)
        if target is not None:
            if (problem := _jump_problem(insns, owner, pc, target)) is None:
                leaders.add(target)
            else:
                problems.append(problem)
        if isinstance(insn, Jump | Goto | MayGoto | Exit) and pc + 1 < len(insns):
            leaders.add(pc + 1)
    found = Found()
    found.blocks, found.block_at = _cut(insns, sorted(leaders), owner)
    found.subprograms = _subprograms(program, starts, bounds, callbacks, found.block_at)
    for block in found.blocks:
        found.edges.extend(_edges_of(insns, block, found, bounds[block.subprogram], problems))
    found.problems = tuple(sorted(problems, key=lambda problem: problem.pc))
    return found


def _subprogram_starts(insns: Insns, problems: list[Problem]) -> tuple[list[int], set[int]]:
    """Where subprograms begin, in order, and which of those are callbacks."""
    starts, callbacks = {0}, set()
    for pc, insn in enumerate(insns):
        target = _callee(insn, pc)
        if target is None:
            continue
        if not 0 <= target < len(insns):
            problems.append(Problem(ProblemKind.CALL_OUTSIDE, pc, target))
        elif insns[target] is None:
            problems.append(Problem(ProblemKind.CALL_INTO_LD_IMM64, pc, target))
        else:
            starts.add(target)
            if isinstance(insn, LoadImm64):
                callbacks.add(target)
    return sorted(starts), callbacks


def _callee(insn: Instruction | None, pc: int) -> int | None:
    """The slot of the local function that the instruction calls or points to."""
    match insn:
        case Call(CallKind.LOCAL, imm):
            return pc + 1 + imm
        case LoadImm64(kind=ImmKind.FUNC, imm=imm):
            return pc + 1 + imm
        case _:
            return None


def _owners(starts: list[int], count: int) -> list[int]:
    """For each slot the number of the subprogram it lies in."""
    owner: list[int] = []
    for index, end in enumerate([*starts[1:], count]):
        owner.extend([index] * (end - len(owner)))
    return owner


def _jump_problem(insns: Insns, owner: list[int], pc: int, target: int) -> Problem | None:
    if not 0 <= target < len(insns):
        return Problem(ProblemKind.JUMP_OUTSIDE, pc, target)
    if insns[target] is None:
        return Problem(ProblemKind.JUMP_INTO_LD_IMM64, pc, target)
    if owner[target] != owner[pc]:
        return Problem(ProblemKind.JUMP_OUT_OF_SUBPROGRAM, pc, target)
    return None


def _cut(insns: Insns, leaders: list[int], owner: list[int]) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    blocks, block_at = [], []
    for number, (first, end) in enumerate(zip(leaders, [*leaders[1:], len(insns)], strict=True)):
        last = end - 2 if insns[end - 1] is None else end - 1
        blocks.append(Block(number, owner[first], first, last, end, isinstance(insns[last], Exit)))
        block_at.extend([number] * (end - first))
    return tuple(blocks), tuple(block_at)


def _subprograms(
    program: Program, starts: list[int], bounds: list[int], callbacks: set[int], block_at: tuple[int, ...]
) -> tuple[Subprogram, ...]:
    names = {at: name for name, at in reversed(tuple(program.labels.items()))}
    names[0] = program.name
    names |= {at: name for name, at in program.functions.items()}
    return tuple(
        Subprogram(
            index,
            names.get(start, f"func#{index}"),
            start,
            end,
            block_at[start],
            range(block_at[start], block_at[end - 1] + 1),
            start in callbacks,
        )
        for index, (start, end) in enumerate(zip(starts, bounds, strict=True))
    )


def _edges_of(
    insns: Insns, block: Block, found: Found, bound: int, problems: list[Problem]
) -> Iterator[Edge]:
    """The calls made in the block, then how control leaves it, fall-through first."""
    count, at = len(insns), found.block_at
    for pc in range(block.first, block.end):
        callee = _callee(insns[pc], pc)
        if callee is not None and 0 <= callee < count and insns[callee] is not None:
            kind = EdgeKind.CALL if isinstance(insns[pc], Call) else EdgeKind.CALLBACK
            yield Edge(block.id, at[callee], kind, pc)
    last = insns[block.last]
    if not isinstance(last, Goto | Exit):
        if block.end < bound:
            yield Edge(block.id, at[block.end], EdgeKind.FALL_THROUGH, block.last)
        else:
            problems.append(Problem(ProblemKind.FALLS_OFF, block.last, block.end))
    target = None if last is None else jump_target(last, block.last)
    if target is None or not 0 <= target < count or insns[target] is None:
        return
    if found.blocks[at[target]].subprogram == block.subprogram:
        kind = EdgeKind.JUMP if isinstance(last, Goto) else EdgeKind.TAKEN
        yield Edge(block.id, at[target], kind, block.last)
