"""What a directive may see and change of the file being assembled."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vm.asm.symbols import Symbols
from vm.asm.unit import Unit
from vm.encoding import decode_one
from vm.instruction import Slot
from vm.source import Diagnostic, HookscopeError, Span
from vm.word import signed


def problem(code: str, message: str, span: Span, hint: str | None = None, replacement: str | None = None) -> HookscopeError:
    """The error of a directive, at its place."""
    return HookscopeError(Diagnostic(code, message, span, hint, replacement=replacement))


@dataclass(slots=True)
class FileContext:
    """The file: its names, its programs in order (the last one is being written), the line in hand."""

    symbols: Symbols
    report: Callable[[Diagnostic], None]
    default_name: str
    units: list[Unit] = field(default_factory=list)
    line_text: str = ""
    late: list[Callable[[], None]] = field(default_factory=list)

    @property
    def unit(self) -> Unit:
        """The program being written."""
        return self.units[-1]

    def begin_program(self, name: str, span: Span) -> None:
        """Starts a program, unless nothing was written to the present one and it has no name yet."""
        taken = next((unit for unit in self.units if unit.named_at and unit.name == name), None)
        if taken is not None:
            raise problem("twice", f"there is already a program `{name}`", span, "give this one another name")
        first = self.units[-1]
        if first.named_at is None and not first.slots:
            first.name, first.named_at = name, span
            return
        self.units.append(Unit(name, self.symbols, self.report, span, first.hook, first.license))

    def add_slot(self, value: int) -> None:
        """Adds an encoded slot, ``value`` being its 8 bytes read most significant first as a little-endian word."""
        unit = self.unit
        slot = Slot(value & 0xFF, value >> 8 & 15, value >> 12 & 15, signed(value >> 16, 16), signed(value >> 32, 32))
        unit.slots.append(slot)
        unit.insns.append(decode_one(slot))
        unit.lines.append(unit.place.line)
