"""Told values as they go over the wire.

Windows hold tens of thousands of small objects, so these are plain dictionaries with the keys of the models
in ``app.schemas.trace``; a test holds windows against the model. Each model is named where its dictionary is
made.
"""

from typing import Any

from vm.change import OutputKind
from vm.story.names import Names
from vm.story.part import PartKind, Sentence
from vm.story.value import describe
from vm.word import hex64

Json = dict[str, Any]
"""An object of the wire, with every key its model has."""

_PLAIN = PartKind.PLAIN
_PART_KIND = {kind: kind.value for kind in PartKind}


def value_view(names: Names, word: int) -> Json:
    """ValueView: a word with its meaning."""
    value = describe(names, word)
    return {"word": hex64(word), "kind": value.kind, "text": value.text, "note": value.note}


def pieces(sentence: Sentence) -> list[str | tuple[Any, ...]]:
    """Piece, for each part of a sentence."""
    return [
        part.text
        if part.kind is _PLAIN
        else (_PART_KIND[part.kind], part.text)
        if part.pc is None
        else (_PART_KIND[part.kind], part.text, part.pc)
        for part in sentence
    ]


def output_text(kind: OutputKind, data: bytes) -> str:
    """An output record as a person reads it."""
    if kind is OutputKind.TRACE_PIPE:
        return data.decode("utf-8", "replace").rstrip("\n\0")
    return data.hex(" ")
