"""Assembling a text: directives first, then line by line, then the jumps."""

from collections.abc import Sequence

from vm.asm import directives
from vm.asm.assembly import Assembly, SourceMap
from vm.asm.context import FileContext
from vm.asm.grammar import SHAPES
from vm.asm.lexer import LIMITS, TOKEN, Kinds, blank_block_comments, spans
from vm.asm.resolve import resolve
from vm.asm.statement import WORDLIKE, slow_build
from vm.asm.symbols import Symbols
from vm.asm.unit import Mistake, Place, Unit
from vm.isa import MAX_INSNS
from vm.program import MapSpec, Program
from vm.source import Diagnostic, HookscopeError, Severity, Span
from vm.uapi.prog_types import HOOKS, ProgType


class _TooManyErrors(Exception):  # noqa: N818 - ends the reading of a text, not a fault
    pass


class Assembler:
    """One text on its way to being programs."""

    def __init__(self, text: str, name: str, prog_type: ProgType | None, maps: Sequence[MapSpec]) -> None:
        self.text = text
        self.prog_type = prog_type
        self.lines = blank_block_comments(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.diagnostics: list[Diagnostic] = []
        self.errors = 0
        self.symbols = Symbols()
        for spec in maps:
            self.symbols.add_map(spec)
        self.context = FileContext(self.symbols, self.report, name)
        self.context.units.append(Unit(name, self.symbols, self.report))

    def report(self, diagnostic: Diagnostic) -> None:
        """Keeps a diagnostic; after too many errors nothing more is read."""
        self.diagnostics.append(diagnostic)
        if diagnostic.severity is Severity.ERROR:
            self.errors += 1
            if self.errors >= LIMITS.errors:
                raise _TooManyErrors

    def run(self) -> Assembly:
        """Reads all of the text."""
        try:
            self.declare()
            self.read()
            for late in self.context.late:
                try:
                    late()
                except HookscopeError as error:
                    self.report(error.diagnostic)
            for unit in self.context.units:
                resolve(unit, self.lines, self.mistake)
        except _TooManyErrors:
            self.diagnostics.append(
                Diagnostic("too-many-errors", f"after {LIMITS.errors} errors the rest was not read", hint="mend the first ones")
            )
        return self.result()

    def declare(self) -> None:
        """The first pass: directives that declare names."""
        for number, text in enumerate(self.lines, 1):
            if "." in text and text.lstrip().startswith("."):
                self.directive(number, text, early=True)

    def directive(self, number: int, text: str, early: bool) -> None:
        """Reads a directive, or reports why it cannot be."""
        try:
            self.context.unit.place = Place(number, text)
            directives.read(self.context, text, number, early)
        except HookscopeError as error:
            self.report(error.diagnostic)

    def read(self) -> None:
        """The second pass: instructions, labels, and directives that take effect where they stand."""
        kind = Kinds().__getitem__
        find = TOKEN.findall
        known = SHAPES.get
        for number, text in enumerate(self.lines, 1):
            tokens = find(text)
            shape = "".join(map(kind, tokens))
            build = known(shape)
            unit = self.context.unit
            if build is None:
                if shape:
                    self.other(number, text, tokens, shape)
                continue
            unit.place = Place(number, text)
            try:
                insn = build(tokens, unit)
            except Mistake as mistake:
                self.mistake(mistake, unit.place)
                continue
            if insn is not None:
                unit.add(insn)

    def other(self, number: int, text: str, tokens: list[str], shape: str) -> None:
        """A line that is no plain instruction."""
        if len(text) > LIMITS.line:
            self.report(Diagnostic("long-line", f"a line of {len(text):,} characters is too long to read", Span(number, 0, 80)))
            return
        if tokens[0].startswith(".") and shape[1:2] != ":":
            self.directive(number, text, early=False)
            return
        unit = self.context.unit
        place = unit.place = Place(number, text)
        try:
            self.header_or_labels(tokens, shape, place)
        except Mistake as mistake:
            self.mistake(mistake, place)

    def header_or_labels(self, tokens: list[str], shape: str, place: Place) -> None:
        """Takes labels (and a hook's header, a dump's prefix) from the front; the rest is a statement."""
        unit = self.context.unit
        if len(shape) == 3 and shape[2] == ":" and tokens[0] in HOOKS:
            self.header(tokens, place)
            return
        while len(shape) > 1 and shape[1] == ":":
            if shape[0] in WORDLIKE:
                self.label(tokens[0], place)
            elif shape[0] != "N":
                break
            tokens, shape, place.skip = tokens[2:], shape[2:], place.skip + 2
            if shape[:1] == "(" and shape[2:3] == ")" and len(tokens[1]) == 2:
                tokens, shape, place.skip = tokens[3:], shape[3:], place.skip + 3
        if not shape:
            return
        build = SHAPES.get(shape)
        insn = build(tokens, unit) if build else slow_build(tokens, shape, unit)
        if insn is not None:
            unit.add(insn)

    def header(self, tokens: list[str], place: Place) -> None:
        """``xdp name:`` names the program and its hook."""
        try:
            self.context.begin_program(tokens[1], spans(place.text, place.line)[1])
        except HookscopeError as error:
            self.report(error.diagnostic)
            return
        self.context.unit.hook = HOOKS[tokens[0]].name
        self.context.unit.place = place
        self.label(tokens[1], place)

    def label(self, name: str, place: Place) -> None:
        """Gives the next slot a name."""
        unit = self.context.unit
        span = spans(place.text, place.line)[place.skip]
        if name in unit.labels:
            first = unit.label_spans[name].line
            self.report(Diagnostic("twice", f"the label `{name}` is already on line {first}", span, "give one of them another name"))
            return
        unit.labels[name] = len(unit.slots)
        unit.label_spans[name] = span

    def mistake(self, mistake: Mistake, place: Place) -> None:
        """Reports a mistake at its tokens."""
        found = spans(place.text, place.line)[place.skip :]
        span = Span(place.line, 0, len(place.text))
        if found:
            first, last = mistake.at if isinstance(mistake.at, tuple) else (mistake.at or 0, mistake.at or 0)
            end = len(found) - 1
            span = found[min(max(first, 0), end)].to(found[min(max(last, 0), end)])
        self.report(Diagnostic(mistake.code, mistake.message, span, mistake.hint, replacement=mistake.replacement))

    def result(self) -> Assembly:
        """The programs read."""
        units = self.context.units
        programs = tuple(self.program(unit) for unit in units if unit.slots or unit.named_at)
        maps = tuple(SourceMap(unit.lines, self.lines) for unit in units if unit.slots or unit.named_at)
        bad = self.errors > 0
        if not bad and not any(program.slots for program in programs):
            bad = True
            self.diagnostics.append(Diagnostic("empty", "there are no instructions yet", Span(1, 0, 0), "the smallest program is `r0 = 0` and `exit`"))
        return Assembly(() if bad else programs, programs, tuple(self.diagnostics), self.symbols, maps)

    def program(self, unit: Unit) -> Program:
        """The program of a unit."""
        hook = HOOKS.get(unit.hook) if unit.hook else None
        prog_type = hook.prog_type if hook else self.prog_type or ProgType.XDP
        functions = {unit.name: 0} | {
            name: at for name, at in unit.labels.items() if at in unit.called
        }
        return Program(
            unit.name, prog_type, tuple(unit.slots), tuple(unit.insns), tuple(self.symbols.maps),
            unit.license if unit.license is not None else "GPL", unit.hook, dict(unit.labels), functions,
            SourceMap(unit.lines, self.lines),
        )  # fmt: skip


def assemble(
    text: str, *, name: str = "program", prog_type: ProgType | None = None, maps: Sequence[MapSpec] = ()
) -> Assembly:
    """Assembles a text; never raises, whatever the text is.

    ``name`` and ``prog_type`` hold where the text does not say; ``maps`` are known to the text as if declared.
    """
    if len(text) > LIMITS.characters:
        found = Diagnostic("too-long", f"the text has {len(text):,} characters; at most {LIMITS.characters:,} are read")
        return Assembly((), (), (found,), Symbols(), ())
    return Assembler(text, name, prog_type, maps).run()


__all__ = ["MAX_INSNS", "assemble"]
