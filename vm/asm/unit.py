"""One program while it is being assembled, and the mistakes that turn up on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from vm.asm.symbols import Symbols
from vm.encoding import encode
from vm.instruction import Instruction, Invalid, Slot
from vm.source import Span

_HOLE = Slot(0)


class Mistake(Exception):  # noqa: N818 - a learner's, caught where the line is known
    """What is wrong with one statement; ``at`` are the indices of the first and the last token to blame."""

    def __init__(
        self,
        code: str,
        message: str,
        at: int | tuple[int, int] = 0,
        hint: str | None = None,
        replacement: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at if isinstance(at, tuple) else (at, at)
        self.hint = hint
        self.replacement = replacement


class Use(Enum):
    """What a label is used for: to jump to, to call, or (two slots) to load the address of."""

    JUMP = auto()
    CALL = auto()
    ADDRESS = auto()


@dataclass(slots=True)
class Fixup:
    """An instruction that waits for a label: ``make(offset)`` builds it once the label's slot is known.

    ``at`` is the index of the label's token in the statement that starts at ``column`` of ``line``.
    ``bits`` is the width of the offset.
    """

    pc: int
    label: str
    line: int
    column: int
    at: int
    make: Callable[[int], Instruction]
    bits: int
    use: Use


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning about token ``at`` of the statement at ``column`` of ``line``."""

    code: str
    message: str
    hint: str
    line: int
    column: int
    at: int


@dataclass(slots=True)
class Unit:
    """The growing parts of one program. ``lines`` holds the line number of each slot.

    ``line`` and ``column`` are where the statement being read starts. ``numbered`` are the slots of local
    labels; ``raw`` tells that slots were given as bits, which may belong together.
    """

    name: str
    symbols: Symbols
    named_at: Span | None = None
    hook: str | None = None
    license: str | None = None
    insns: list[Instruction | None] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    label_spans: dict[str, Span] = field(default_factory=dict)
    numbered: dict[str, list[int]] = field(default_factory=dict)
    fixups: list[Fixup] = field(default_factory=list)
    called: set[int] = field(default_factory=set)
    warned: list[Warned] = field(default_factory=list)
    line: int = 0
    column: int = 0
    raw: bool = False

    def add(self, insn: Instruction) -> None:
        """Appends an instruction that is complete."""
        slots = encode(insn)
        self.insns.append(insn)
        self.lines.append(self.line)
        self.slots += slots
        if len(slots) > 1:
            self.insns.append(None)
            self.lines.append(self.line)

    def add_slot(self, slot: Slot, insn: Instruction) -> None:
        """Appends a slot given as bits."""
        self.slots.append(slot)
        self.insns.append(insn)
        self.lines.append(self.line)

    def defer(
        self,
        label: str,
        at: int,
        make: Callable[[int], Instruction],
        bits: int = 32,
        *,
        use: Use = Use.JUMP,
    ) -> None:
        """Leaves room for an instruction that needs a label; ``at`` is the index of the label's token."""
        self.fixups.append(Fixup(len(self.slots), label, self.line, self.column, at, make, bits, use))
        hole = Invalid(_HOLE, f"the label `{label}` is not known")
        self.add_slot(_HOLE, hole)
        if use is Use.ADDRESS:
            self.add_slot(_HOLE, hole)

    def warn(self, code: str, message: str, at: int, hint: str) -> None:
        """Keeps a warning about token ``at`` of the current statement."""
        self.warned.append(Warned(code, message, hint, self.line, self.column, at))
