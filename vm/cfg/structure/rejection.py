"""A structural rejection as a value: which rule, where, the kernel's words, and the words for a learner."""

from dataclasses import dataclass

from vm.cfg.structure.rules import RULES, Category, Kind, Rule
from vm.program import Program
from vm.source import Diagnostic, Span
from vm.uapi.errno import Errno

Detail = int | str


@dataclass(frozen=True, slots=True)
class Rejection:
    """Linux refuses the program for a reason that needs no data flow to see.

    ``pc`` is the slot to blame, None for the program as a whole. ``details`` fill the placeholders of the
    rule's texts. ``log`` is what the kernel's level-2 log holds before the message (level 1: nothing), as far
    as it does not depend on register states: for rejections found while walking the program it is empty.
    """

    kind: Kind
    pc: int | None = None
    details: tuple[tuple[str, Detail], ...] = ()
    log: str = ""

    @property
    def rule(self) -> Rule:
        """The row of the rule that was broken."""
        return RULES[self.kind]

    @property
    def errno(self) -> Errno:
        """The error number bpf() reports."""
        return self.rule.errno

    @property
    def category(self) -> Category:
        """The group of rules it belongs to."""
        return self.rule.category

    @property
    def message(self) -> str:
        """The line of the kernel's log that says why, exactly; empty where the kernel writes no log."""
        return self.rule.message.format_map(self._fields())

    def _fields(self) -> dict[str, Detail]:
        return {"pc": -1 if self.pc is None else self.pc, **dict(self.details)}


def reject(kind: Kind, pc: int | None = None, **details: Detail) -> Rejection:
    """The rejection of ``kind`` at ``pc``, its texts filled in with ``details``."""
    return Rejection(kind, pc, tuple(details.items()))


def explain(rejection: Rejection, program: Program) -> Diagnostic:
    """The rejection in plain words: what is wrong, at which place of the text, and what to try."""
    fields = rejection._fields()
    span = None if rejection.pc is None else _span(program, rejection.pc)
    return Diagnostic(
        code=f"linux-{rejection.kind}",
        message=rejection.rule.what.format_map(fields),
        span=span,
        hint=rejection.rule.hint.format_map(fields),
    )


def _span(program: Program, pc: int) -> Span | None:
    """Where the instruction was written; the second slot of ``ld_imm64`` lies where the first does."""
    return program.spans.get(pc) or program.spans.get(pc - 1)
