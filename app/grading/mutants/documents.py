"""Mistakes in the YAML beside a program: numbers off by one, words for their opposite, lines left out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_NUMBER: Final = re.compile(r"(?<![\w.])\d+(?![\w.])")
WORDS: Final[Mapping[str, str]] = MappingProxyType({
    "counter": "gauge", "gauge": "counter", "log2": "linear", "TCP": "UDP", "UDP": "TCP", "key": "value",
    "value": "key", "Ingress": "Egress", "Egress": "Ingress", "In": "NotIn", "NotIn": "In",
    "Exists": "DoesNotExist",
    "podSelector": "namespaceSelector", "namespaceSelector": "podSelector",
})  # fmt: skip
_WORD: Final = re.compile(r"(?<![\w-])(" + "|".join(WORDS) + r")(?![\w-])")
_ITEM: Final = re.compile(r"^\s*- [^{\[].*[^:]$|^\s*- \{.*\}$")


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A whole text with one line of it written differently."""

    kind: str
    line: int
    before: str
    after: str
    text: str


def document_changes(text: str) -> Iterator[DocumentChange]:
    """Every mistake, line by line; some are no YAML or no rules any more, and are found at once."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(("#", "help:")) or not line.strip():
            continue
        for kind, after in _line(line):
            whole = "\n".join([*lines[: number - 1], after, *lines[number:]])
            yield DocumentChange(kind, number, line.strip(), after.strip(), whole)


def _line(line: str) -> Iterator[tuple[str, str]]:
    for found in _NUMBER.finditer(line):
        for number in (int(found[0]) + 1, int(found[0]) - 1):
            if number >= 0:
                yield "off by one", f"{line[: found.start()]}{number}{line[found.end() :]}"
    for word in _WORD.finditer(line):
        yield "other word", line[: word.start()] + WORDS[word[0]] + line[word.end() :]
    if _ITEM.match(line):
        yield "left out", ""
