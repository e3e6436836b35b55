"""The rules of a workspace out of their YAML text, every mistake at its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.manifests.events import Document, Mistake, documents
from app.manifests.located import validate
from app.metrics.families import Bound, Unbound, bind
from app.metrics.rules import Rules
from vm.program import MapSpec
from vm.source import Diagnostic


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands: its ``first`` and ``last`` line, and those that name its map, labels and value."""

    first: int
    last: int
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """The rules that could be bound to a map, where each stands by its metric's name, and what is wrong.

    ``rules`` is None where the text is not even rules.
    """

    rules: Rules | None
    bound: tuple[Bound, ...]
    diagnostics: tuple[Diagnostic, ...]
    places: Mapping[str, Place] = field(default_factory=dict)


def read(text: str, maps: Iterable[MapSpec]) -> Read:
    """What ``text`` says of ``maps``."""
    try:
        found = documents(text)
    except Mistake as mistake:
        return Read(None, (), (mistake.diagnostic,))
    if len(found) != 1:
        message = f"the rules are one YAML document, and here are {len(found)}"
        hint = "begin with `metrics:`" if not found else "put all under one `metrics:`"
        return Read(None, (), (Diagnostic("not-one-document", message, hint=hint),))
    return _bound(found[0], maps)


def _bound(document: Document, maps: Iterable[MapSpec]) -> Read:
    rules, diagnostics = validate(document, Rules)
    if rules is None:
        return Read(None, (), tuple(diagnostics))
    bound, refused = bind(rules, maps)
    told = tuple(_told(document, one) for one in refused)
    places = {metric.name: _place(document, number) for number, metric in enumerate(rules.metrics)}
    return Read(rules, tuple(bound), told, places)


def _told(document: Document, refused: Unbound) -> Diagnostic:
    said = refused.why.diagnostic
    return Diagnostic(said.code, said.message, document.span(refused.path), said.hint)


def _place(document: Document, number: int) -> Place:
    rule = ("metrics", number)
    within = {path[2:]: span.line for path, span in document.values.items() if path[:2] == rule}
    shown = {
        line
        for path, line in within.items()
        if path[:1] in (("map",), ("value",)) or (path[:1] == ("labels",) and path[1:])
    }
    first = min([within[()], *(span.line for path, span in document.keys.items() if path[:2] == rule)])
    return Place(first, max(within.values()), tuple(sorted(shown)))
