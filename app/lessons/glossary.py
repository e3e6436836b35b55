"""The glossary: the terms lessons teach, in plain words, each with a short program that shows it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel

from app.lessons.problems import Problem
from app.lessons.schema.base import Line, Part, Slug, Words
from app.manifests.events import Mistake, documents
from app.manifests.located import validate

FILE = "glossary.yaml"


class Term(Part):
    """One term: ``means`` is Markdown of a sentence or three; ``example`` a program that can be run."""

    term: Line
    means: Words
    example: Words | None = None
    see: Annotated[tuple[Line, ...], Field(max_length=8)] = ()
    """Links such as ``helper:bpf_map_lookup_elem`` or ``concept:null-check``."""


class Glossary(RootModel[dict[Slug, Term]]):
    """All terms by their slug."""

    def __contains__(self, slug: object) -> bool:
        return slug in self.root


def read_glossary(root: Path) -> tuple[Mapping[str, Term], list[Problem]]:
    """The terms of ``glossary.yaml`` in ``root``, and what is wrong with it; none without such a file."""
    path = root / FILE
    if not path.is_file():
        return {}, []
    try:
        found = documents(path.read_text(encoding="utf-8"))
    except Mistake as mistake:
        return {}, [Problem(FILE, mistake.diagnostic)]
    if not found:
        return {}, []
    glossary, diagnostics = validate(found[0], Glossary)
    return (glossary.root if glossary else {}), [Problem(FILE, diagnostic) for diagnostic in diagnostics]
