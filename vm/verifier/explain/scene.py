"""What the words of an explanation are chosen from: the rule, the state before, the path that failed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from vm.instruction import Instruction
from vm.verifier.explain.broken import Broken
from vm.verifier.explain.explanation import Cause, CauseKind, Detail
from vm.verifier.explain.naming import Names
from vm.verifier.explain.trail import Moment
from vm.verifier.options import Options
from vm.verifier.register import Kind, Register
from vm.verifier.state import Frame, State

_NAME: Final = re.compile(r"[rw]\d+\b|[a-z]+_\w+|fp\b|pc\b|`")
"""What a sentence may begin with as it is written."""


@dataclass(slots=True)
class Scene:
    """A rejection with all that is known of it; ``path`` is empty where nothing was walked."""

    broken: Broken
    names: Names
    options: Options
    path: Sequence[Moment] = ()
    causes: list[Cause] = field(default_factory=list)

    @property
    def details(self) -> Mapping[str, Detail]:
        """What fills the rule's texts."""
        return self.broken.details

    @property
    def state(self) -> State | None:
        """What was known before the rejected instruction."""
        return self.path[-1].state if self.path else None

    @property
    def frame(self) -> Frame | None:
        """The function that ran."""
        return self.state.frames[-1] if self.state is not None else None

    @property
    def pc(self) -> int:
        """The rejected instruction; -1 where none is to blame."""
        return -1 if self.broken.pc is None else self.broken.pc

    @property
    def insn(self) -> Instruction | None:
        """The rejected instruction."""
        insns = self.names.program.insns
        return insns[self.pc] if 0 <= self.pc < len(insns) else None

    @property
    def here(self) -> str:
        """``line 7``."""
        return self.names.at(self.pc)

    def number(self, name: str) -> int:
        """A detail that is a number; 0 where there is none."""
        found = self.details.get(name, 0)
        return found if isinstance(found, int) else 0

    def word(self, name: str) -> str:
        """A detail as text."""
        return str(self.details.get(name, ""))

    @property
    def reg(self) -> int:
        """The register the rule is about; 0 where it names none, as for what is returned."""
        return self.number("reg")

    def register(self, n: int) -> Register | None:
        """What r``n`` held before the instruction."""
        frame = self.frame
        if frame is None or not 0 <= n <= 10:
            return None
        held = frame.regs[n]
        return None if held.kind is Kind.NOT_INIT else held

    def holds(self, n: int) -> str:
        """What r``n`` held, in words."""
        held = self.register(n)
        return "nothing" if held is None else self.names.value(held)

    def last(self, *kinds: CauseKind) -> Cause | None:
        """The latest step of one of these kinds."""
        return next((cause for cause in reversed(self.causes) if cause.kind in kinds), None)

    def at(self, cause: Cause) -> str:
        """``line 7``, where a step was."""
        return self.names.at(cause.pc)


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop; names of code stay as they are written."""
    if not text:
        return text
    first = text if _NAME.match(text) else text[0].upper() + text[1:]
    return first if first[-1] in ".!?" else first + "."
