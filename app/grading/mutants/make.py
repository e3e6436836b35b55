"""Mutants of a solution's text: one line of it written differently."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.grading.mutants.documents import document_changes
from app.grading.mutants.operators import changes
from app.lessons.lesson import Answer
from vm.asm import Style, assemble, text_of
from vm.encoding import pack
from vm.program import Program
from vm.source import Span


@dataclass(frozen=True, slots=True)
class Mutant:
    """A solution with one mistake in it: which, and where."""

    kind: str
    line: int
    before: str
    after: str
    answer: Answer
    document: str = ""

    def __str__(self) -> str:
        where = f"{self.document} " if self.document else ""
        return f"{where}line {self.line}: `{self.before}` → `{self.after}` ({self.kind})"


def mutants(solution: Answer) -> Iterator[Mutant]:
    """All of them, none with the same bytes as the solution or one before."""
    seen: set[bytes] = {_code(assemble(solution.source).programs)}
    lines = solution.source.split("\n")
    for program in assemble(solution.source).programs:
        for pc, insn in enumerate(program.insns):
            span = program.spans.get(pc)
            if insn is None or span is None:
                continue
            for change in changes(insn):
                text = text_of(change.insn, Style.SOURCE)
                source = _with(lines, span, text)
                code = _code(assemble(source).programs)
                if code in seen:
                    continue
                seen.add(code)
                before = lines[span.line - 1][span.start : span.end]
                yield Mutant(change.kind, span.line, before, text, Answer(source, solution.documents))
    for name, text in solution.documents.items():
        for found in document_changes(text):
            documents = {**solution.documents, name: found.text}
            answer = Answer(solution.source, documents)
            yield Mutant(found.kind, found.line, found.before, found.after, answer, name)


def _code(programs: tuple[Program, ...]) -> bytes:
    return b"\0\0".join(pack(program.slots) for program in programs)


def _with(lines: list[str], span: Span, text: str) -> str:
    line = lines[span.line - 1]
    changed = line[: span.start] + text + line[span.end :]
    return "\n".join([*lines[: span.line - 1], changed, *lines[span.line :]])
