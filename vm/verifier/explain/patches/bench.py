"""What patches are drafted with: places in the text, free registers, labels, and ways out."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from vm.cfg.structure.early import find_functions
from vm.instruction import Goto, Jump
from vm.program import Program
from vm.uapi.constants import CONSTANTS
from vm.uapi.prog_types import HOOK_LIST
from vm.verifier.checks.returns import return_range
from vm.verifier.explain.explanation import Edit
from vm.verifier.explain.scene import Scene
from vm.verifier.liveness import Analysis, use_def

INDENT: Final = "        "
_WAYS: Final = 3


class Draft(NamedTuple):
    """A patch not yet tried."""

    kind: str
    title: str
    edits: tuple[Edit, ...]


class WayOut(NamedTuple):
    """Where to go when something is not as it must be: a label, and the edits that make it if it is new."""

    label: str
    edits: tuple[Edit, ...] = ()


class Bench:
    """A scene with its source text."""

    def __init__(self, scene: Scene, lines: Sequence[str]) -> None:
        self.scene = scene
        self.lines = lines
        self.program: Program = scene.names.program

    # -- places in the text ----------------------------------------------------------------------------------

    def _indent(self, line: int, column: int) -> str:
        before = self.lines[line - 1][:column]
        return before if not before.strip() else INDENT

    def before(self, pc: int, *statements: str) -> Edit:
        """The statements put before slot ``pc``, behind any label it has."""
        span = self.program.spans[pc]
        indent = self._indent(span.line, span.start)
        head = "" if self.lines[span.line - 1][: span.start].strip() == "" else "\n" + indent
        text = head + "".join(f"{statement}\n{indent}" for statement in statements)
        return Edit(span.line, span.start, span.start, text)

    def after(self, pc: int, *statements: str) -> Edit:
        """The statements put behind slot ``pc``; a label (``name:``) goes to the margin."""
        span = self.program.spans[pc]
        indent = self._indent(span.line, span.start)
        end = len(self.lines[span.line - 1])
        text = "".join("\n" + ("" if each.endswith(":") else indent) + each for each in statements)
        return Edit(span.line, end, end, text)

    def before_label(self, pc: int, *statements: str) -> Edit | None:
        """The statements put before the label of slot ``pc``; jumps to the label do not pass them."""
        label = self.program.label_of(pc)
        if label is None:
            return None
        pattern = re.compile(rf"\s*{re.escape(label)}\s*:")
        for number in range(self.program.spans[pc].line, 0, -1):
            if pattern.match(self.lines[number - 1]):
                return Edit(number, 0, 0, "".join(f"{INDENT}{each}\n" for each in statements))
        return None

    def replace(self, pc: int, text: str) -> Edit:
        """The statement of slot ``pc`` replaced."""
        span = self.program.spans[pc]
        return Edit(span.line, span.start, span.end, text)

    def text(self, pc: int) -> str:
        """The statement of slot ``pc``."""
        return self.scene.names.text(pc)

    # -- what is free ----------------------------------------------------------------------------------------

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where functions begin."""
        return find_functions(self.program).starts

    @cached_property
    def _live(self) -> Sequence[int]:
        return Analysis(self.program, self.starts).live

    def function(self, pc: int) -> range:
        """The slots of the function ``pc`` is in."""
        first = max((start for start in self.starts if start <= pc), default=0)
        end = min((start for start in self.starts if start > pc), default=len(self.program.slots))
        return range(first, end)

    def scratch(self, pc: int, without: Sequence[int] = ()) -> Iterator[int]:
        """Registers whose values nobody needs at ``pc``."""
        return (n for n in (5, 4, 3, 2, 1, 0) if n not in without and not self._live[pc] >> n & 1)

    def unused(self, pc: int) -> Iterator[int]:
        """Registers that survive calls and that the function does not touch."""
        used = 0
        for at in self.function(pc):
            insn = self.program.insns[at]
            if insn is not None:
                used |= use_def(insn)[0] | use_def(insn)[1]
        return (n for n in (9, 8, 7, 6) if not used >> n & 1)

    # -- ways out --------------------------------------------------------------------------------------------

    @property
    def verdict(self) -> str:
        """What a program at this hook returns to let things go on."""
        program = self.program
        hooks = [hook for hook in HOOK_LIST if hook.prog_type is program.prog_type]
        named = next((hook.default_verdict for hook in hooks if hook.default_verdict in CONSTANTS), None)
        if named:
            return named
        allowed = return_range(program.prog_type, self.scene.options.attach_type)
        return str(allowed[1] if allowed else 0)

    def new_label(self, wanted: str) -> str:
        """A label nobody uses."""
        taken = set(self.program.labels) | set(self.program.functions)
        names = (wanted, *(f"{wanted}_{n}" for n in range(2, 100)))
        return next(name for name in names if name not in taken and not self._mentioned(name))

    def _mentioned(self, name: str) -> bool:
        pattern = re.compile(rf"\b{re.escape(name)}\b")
        return any(pattern.search(line) for line in self.lines)

    def ways_out(self, pc: int, name: str = "leave") -> list[WayOut]:
        """Labels behind ``pc`` in its function, the last first, then a new one at the function's end."""
        function = self.function(pc)
        labels: dict[int, str] = {}
        for label, at in self.program.labels.items():
            if pc < at < function.stop and at in function:
                labels.setdefault(at, label)
        found = [WayOut(labels[at]) for at in sorted(labels, reverse=True)][:_WAYS]
        return [*found, self.new_way_out(pc, name)]

    def new_way_out(self, pc: int, name: str, *statements: str, onward: str = "") -> WayOut:
        """A new label behind the function's last instruction: the statements, then ``onward`` or the end."""
        label = self.new_label(name)
        end = (f"goto {onward}",) if onward else (f"r0 = {self.verdict}", "exit")
        last = max(at for at in self.function(pc) if self.program.insns[at] is not None)
        return WayOut(label, (self.after(last, f"{label}:", *statements, *end),))

    def relative_jumps(self) -> bool:
        """Whether jumps are written as distances, which insertions would change."""
        distance = re.compile(r"\bgoto(l)?\s+(pc\s*)?[+-]\s*\d|[,\s][+-](0x)?[0-9a-f]+\s*$")
        for pc, insn in enumerate(self.program.insns):
            if isinstance(insn, Jump | Goto) and distance.search(self.text(pc)):
                return True
        return False
