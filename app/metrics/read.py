"""The rules of a workspace out of their YAML text, every mistake at its place."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.manifests.events import Document, Mistake, documents
from app.manifests.located import validate
from app.metrics.families import Bound, bind
from app.metrics.rules import Rules
from vm.program import MapSpec
from vm.source import Diagnostic


@dataclass(frozen=True, slots=True)
class Read:
    """The rules that could be bound to a map, and what is wrong with the others."""

    rules: Rules | None
    bound: tuple[Bound, ...]
    diagnostics: tuple[Diagnostic, ...]


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
    told = tuple(
        Diagnostic(
            error.diagnostic.code,
            error.diagnostic.message,
            document.span(("metrics", number)),
            error.diagnostic.hint,
        )
        for number, error in refused
    )
    return Read(rules, tuple(bound), told)
