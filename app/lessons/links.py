"""Where the links of a lesson's text lead: other lessons, the reference, the web."""

from collections.abc import Mapping
from dataclasses import dataclass

WORDS: Mapping[str, str] = {
    "concept": "a term of the glossary",
    "helper": "a helper, by its name",
    "insn": "an instruction, by its mnemonic",
    "hook": "a hook, as `.hook` names it",
    "map": "a kind of map",
    "ctx": "a context's structure",
    "category": "a category of rejections",
}
"""What leads into the reference."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a text to ``scheme``:``name``, as written in ``line``."""

    scheme: str
    name: str
    line: int


def address(scheme: str, name: str) -> str:
    """Where the page of a lesson leads for it."""
    return f"/lesson/{name}" if scheme == "lesson" else f"/reference#{scheme}-{name}"
