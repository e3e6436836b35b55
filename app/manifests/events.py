"""YAML text as documents of plain data, with the place of every key and value.

The text is a stranger's: no tags, no anchors (hence no cycles and no bombs), no key twice, all within bounds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from vm.source import Diagnostic, Span

MAX_TEXT: Final = 262_144
MAX_DEPTH: Final = 24
MAX_VALUES: Final = 20_000
Path = tuple[str | int, ...]
_PLAINLY: Final = (
    ("found character '\\t'", "a tab cannot begin a word", "YAML is indented by spaces"),
    ("mapping values are not allowed", "a key cannot stand here", "is the indentation as it should be?"),
    (
        "expected ',' or '}'",
        "a `{` above is not closed here",
        "is there a comma between all parts, and a } after?",
    ),
    (
        "expected ',' or ']'",
        "a `[` above is not closed here",
        "is there a comma between all parts, and a ] after?",
    ),
    ("expected <block end>", "this does not fit to the lines above", "is the indentation as it should be?"),
    (
        "expected the node content",
        "something is missing before this",
        "is a value or a closing bracket missing?",
    ),
    ("could not find expected ':'", "a key has no `:`", "write `key: value`"),
    ("found unexpected end of stream", "a text in quotes does not end", "close the quotes"),
    ("cannot start any token", "no word can begin with this character", "put the text in quotes"),
)
"""What the parser's complaints mean: a part of one, then what is said instead, and what to try."""
_PLAIN = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its data (dicts, lists, scalars) and where each key and value of it stands."""

    data: Any
    values: Mapping[Path, Span] = field(repr=False)
    keys: Mapping[Path, Span] = field(repr=False)

    def span(self, path: Path) -> Span:
        """The place of the value at ``path``, or of the nearest around it."""
        while path not in self.values:
            path = path[:-1]
        return self.values[path]

    def line(self, *path: str | int) -> int:
        """The line of that place, from 1."""
        return self.span(path).line


class Mistake(Exception):  # noqa: N818 - what people make, told as a diagnostic
    """A text that cannot be read at all."""

    def __init__(self, code: str, message: str, place: Span | None = None, hint: str | None = None) -> None:
        self.diagnostic = Diagnostic(code, message, place, hint)
        super().__init__(str(self.diagnostic))


def documents(text: str) -> list[Document]:
    """The documents of a YAML text, without those that are empty; raises Mistake."""
    if len(text) > MAX_TEXT:
        message = f"the text has {len(text):,} characters, of which {MAX_TEXT:,} would be read"
        raise Mistake("yaml-too-long", message, hint="split it")
    try:
        found = list(_Reader(text).documents())
    except yaml.MarkedYAMLError as error:
        raise _syntax(error) from None
    except yaml.reader.ReaderError as error:
        message = f"the character U+{int(error.character):04X} cannot stand in YAML"
        raise Mistake("yaml-syntax", message) from None
    return [document for document in found if document.data is not None]


class _Reader:
    """Builds documents from the parser's events."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._scalars = yaml.SafeLoader("")
        self._count = 0

    def documents(self) -> Iterator[Document]:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                values: dict[Path, Span] = {}
                keys: dict[Path, Span] = {}
                yield Document(self._value(next(self._events), (), values, keys), values, keys)

    def _value(self, event: yaml.Event, path: Path, values: dict[Path, Span], keys: dict[Path, Span]) -> Any:
        place = _place(event)
        self._allow(event, place, len(path))
        values[path] = place
        match event:
            case yaml.ScalarEvent():
                return self._scalar(event, place)
            case yaml.SequenceStartEvent():
                items: list[Any] = []
                while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
                    items.append(self._value(event, (*path, len(items)), values, keys))
                return items
            case _:
                return self._mapping(path, values, keys)

    def _mapping(self, path: Path, values: dict[Path, Span], keys: dict[Path, Span]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            place = _place(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise Mistake("yaml-key", "a key must be a word, not a list or a mapping", place)
            if event.value in found:
                first = keys[*path, event.value].line
                message = f"`{event.value[:60]}` stands here again; it was already in line {first}"
                raise Mistake("yaml-twice", message, place, "a mapping has each key once: remove one")
            inner = (*path, event.value)
            keys[inner] = place
            found[event.value] = self._value(next(self._events), inner, values, keys)
        return found

    def _allow(self, event: yaml.Event, place: Span, depth: int) -> None:
        self._count += 1
        if self._count > MAX_VALUES or depth > MAX_DEPTH:
            message = f"more than {MAX_VALUES:,} values, or {MAX_DEPTH} within one another, are not read"
            raise Mistake("yaml-too-much", message, place)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            message = "anchors (&) and aliases (*) are not read here"
            raise Mistake("yaml-anchor", message, place, "write it out where it is used")
        if getattr(event, "tag", None) is not None:
            raise Mistake("yaml-tag", "tags (!) are not read here", place, "leave the tag out")

    def _scalar(self, event: yaml.ScalarEvent, place: Span) -> Any:
        tag: str = self._scalars.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        if tag not in _PLAIN or ":" in event.value:  # YAML 1.1 reads 52:54:00 as a number of base 60
            return event.value
        try:
            return self._scalars.construct_object(yaml.ScalarNode(tag, event.value), deep=True)
        except ValueError:
            message = f"`{event.value[:60]}` is not a number that can be read"
            raise Mistake("yaml-number", message, place) from None


def _place(event: yaml.Event) -> Span:
    """Where ``event`` is, at most to the end of its first line."""
    start, end = event.start_mark, event.end_mark
    assert start is not None  # noqa: S101 - the parser marks every event
    assert end is not None  # noqa: S101
    stop = end.column if end.line == start.line else start.column + 1
    return Span(start.line + 1, start.column, max(stop, start.column + 1))


def _syntax(error: yaml.MarkedYAMLError) -> Mistake:
    mark = error.problem_mark or error.context_mark
    place = Span(mark.line + 1, mark.column, mark.column + 1) if mark else None
    problem = error.problem or ""
    said = next(((words, hint) for part, words, hint in _PLAINLY if part in problem), None)
    words, hint = said or (
        " ".join(filter(None, (error.context, problem))) or "this is not YAML",
        "is the indentation as it should be?",
    )
    return Mistake("yaml-syntax", words, place, hint)
