"""What is known of a program before the walk: live registers, loops, and where states are kept.

All of it is Linux 6.18's: which registers an instruction uses and defines (compute_live_registers), the loops
as strongly connected components (compute_scc), prune points, jump points and forced checkpoints (check_cfg).
"""

from collections.abc import Sequence
from typing import Final

from vm.instruction import Call, Goto, Instruction, Jump, LoadImm64, MayGoto
from vm.isa import CallKind, ImmKind
from vm.program import Program
from vm.uapi.helper_ids import HelperId
from vm.verifier.components import Targets, components
from vm.verifier.flow import CALLBACK_HELPERS, asks_next, calls_callback, sorts, successors, use_def
from vm.verifier.profile import ROOT, Profile

PRUNE: Final = 1
JUMP: Final = 2
FORCED: Final = 4
"""What a slot is: where states are compared, where jumps may arrive, where states are always kept."""


class Analysis:
    """The facts by slot: ``live`` (mask of live registers before), ``scc`` (number of the loop, 0 for none),
    ``marks`` (PRUNE, JUMP, FORCED), ``targets`` (successors), ``postorder`` of each function by index."""

    __slots__ = ("live", "marks", "postorder", "scc", "starts", "targets")

    def __init__(
        self, program: Program, starts: Sequence[int], profile: Profile = ROOT, attach: int = 0
    ) -> None:
        self.starts = tuple(starts)
        insns = program.insns
        self.marks = bytearray(len(insns) + 2)
        for pc, insn in enumerate(insns):
            self._mark(pc, insn)
            if asks_next(insn, program.prog_type) or sorts(insn, program.prog_type):
                self.marks[pc] |= PRUNE | FORCED
        self.targets: Targets = [successors(insn, pc) for pc, insn in enumerate(insns)]
        self.postorder = [_postorder(self.targets, start) for start in starts]
        order = [pc for order in self.postorder for pc in order]
        self.live = _live(program, self.targets, order, profile, attach)
        self.scc = components(insns, self.targets)

    def _mark(self, pc: int, insn: Instruction | None) -> None:
        match insn:
            case Jump(off=off):
                self.marks[pc] |= PRUNE
                self._branch(pc + 1 + off)
            case Call(kind=kind, imm=imm):
                if calls_callback(insn):
                    self.marks[pc] |= FORCED
                    self._branch(pc)
                if kind is CallKind.HELPER and imm == HelperId.TIMER_SET_CALLBACK:
                    self.marks[pc] |= PRUNE
                self._branch(pc + 1)
                if kind is CallKind.LOCAL:
                    self.marks[pc] |= PRUNE
                    self._branch(pc + 1 + imm)
            case Goto(off=off):
                self._branch(pc + 1 + off)
            case MayGoto(off=off):
                self.marks[pc] |= PRUNE | FORCED
                self._branch(pc + 1 + off)
            case LoadImm64(kind=ImmKind.FUNC, imm=imm):
                self._branch(pc + 2)
                self.marks[pc] |= PRUNE
                self._branch(pc + 1 + imm)
            case _:
                pass

    def _branch(self, pc: int) -> None:
        self.marks[pc] |= PRUNE | JUMP


def _postorder(targets: Targets, start: int) -> list[int]:
    """The slots of one function, successors first, as the kernel's stack visits them."""
    order: list[int] = []
    found, explored = bytearray(len(targets)), bytearray(len(targets))
    found[start] = 1
    stack = [start]
    while stack:
        top = stack[-1]
        if explored[top]:
            order.append(top)
            stack.pop()
            continue
        explored[top] = 1
        for target in targets[top]:
            if not found[target]:
                found[target] = 1
                stack.append(target)
    return order


def _live(
    program: Program, targets: Targets, order: Sequence[int], profile: Profile, attach: int
) -> list[int]:
    insns, kind = program.insns, program.prog_type
    live = [0] * (len(insns) + 1)
    facts = [(pc, *use_def(insns[pc], kind, profile, attach), targets[pc]) for pc in order]
    loops = any(target <= pc for pc in order for target in targets[pc])
    changed = True
    while changed:
        changed = False
        for pc, use, defined, ways in facts:
            out = 0
            for target in ways:
                out |= live[target]
            before = out & ~defined | use
            if before != live[pc]:
                live[pc] = before
                changed = loops  # without loops, successors come first and one round is all
    return live


__all__ = [
    "CALLBACK_HELPERS",
    "FORCED",
    "JUMP",
    "PRUNE",
    "Analysis",
    "calls_callback",
    "successors",
    "use_def",
]
