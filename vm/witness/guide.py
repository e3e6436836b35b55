"""What guides a search: the path that failed, how far each slot is from the instruction, first packets."""

from collections import deque
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from vm.instruction import Call, Instruction
from vm.isa import CallKind
from vm.program import Program
from vm.verifier.liveness import successors

LEAST: Final = 14
MOST: Final = 1514
"""Bytes a packet has."""


def once(path: Sequence[int]) -> list[int]:
    """The path without slots checked twice in a row for two values of a register."""
    return [pc for at, pc in enumerate(path) if not at or path[at - 1] != pc]


def left_at(path: Sequence[int], guide: Sequence[int]) -> int:
    """The step after which a run left the path that failed; -1 where it never did."""
    for at, (ours, theirs) in enumerate(zip(path, guide, strict=False)):
        if ours != theirs:
            return at - 1
    return -1


def distances(program: Program, target: int) -> Mapping[int, int]:
    """How many instructions it is from each slot to ``target``, at least; calls count as one step."""
    comes_from: dict[int, list[int]] = {}
    for pc, insn in enumerate(program.insns):
        if insn is not None:
            for to in (*successors(insn, pc), *_callee(insn, pc)):
                comes_from.setdefault(to, []).append(pc)
    found = {target: 0}
    waiting = deque([target])
    while waiting:
        pc = waiting.popleft()
        for before in comes_from.get(pc, ()):
            if before not in found:
                found[before] = found[pc] + 1
                waiting.append(before)
    return found


def _callee(insn: Instruction, pc: int) -> tuple[int, ...]:
    return (pc + 1 + insn.imm,) if isinstance(insn, Call) and insn.kind is CallKind.LOCAL else ()


def starts(random: Random) -> list[bytes]:
    """Packets to begin with: an ordinary one, the shortest, nothing but zeros, noise."""
    ethernet = bytes.fromhex("0202020202020404040404040800")
    ip = bytes.fromhex("4500003200010000400600000a0000010a000002")
    tcp = bytes.fromhex("1f90005000000001000000005002200000000000")
    ordinary = (ethernet + ip + tcp).ljust(64, b"\0")
    return [ordinary, ordinary[:34], bytes(64), bytes(LEAST), ordinary[:14] + random.randbytes(100)]
