"""Told values as they go over the wire.

Windows hold tens of thousands of small objects, so these are plain dictionaries with the keys of the models
in ``app.schemas.trace``; a test holds windows against the model. Each model is named where its dictionary is
made.
"""

from typing import Any

from vm.change import OutputKind
from vm.story.names import Names
from vm.story.value import describe
from vm.word import hex64

Json = dict[str, Any]
"""An object of the wire, with every key its model has."""


def value_view(names: Names, word: int) -> Json:
    """ValueView: a word with its meaning."""
    value = describe(names, word)
    return {"word": hex64(word), "kind": value.kind, "text": value.text, "note": value.note}


def output_text(kind: OutputKind, data: bytes) -> str:
    """An output record as a person reads it."""
    if kind is OutputKind.TRACE_PIPE:
        return data.decode("utf-8", "replace").rstrip("\n\0")
    return data.hex(" ")
