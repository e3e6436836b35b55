"""Whether anything of hidden checks gets out: everything the server would send is searched for it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from app.grading.result import Result
from app.lessons.blocks import Example, Prediction
from app.lessons.lesson import Lesson
from app.lessons.schema.checks import Check
from app.lessons.schema.send import PacketSend
from vm.kernel.packet.form import from_form
from vm.source import HookscopeError

SHORTEST = 8
"""Texts shorter than this say nothing: they stand everywhere."""


def leaks(lesson: Lesson, results: Mapping[str, Result]) -> Iterator[tuple[str, str]]:
    """Where something of a hidden check stands, and what."""
    sent = {**_lesson_sent(lesson), **{name: _text(found.for_learner()) for name, found in results.items()}}
    known = {data for check in lesson.checks if not check.hidden for data in _packets(check)}
    for check in lesson.checks:
        if not check.hidden:
            continue
        for what, needle in _needles(check, known):
            for place, text in sent.items():
                if needle in text:
                    yield place, f"{what} of the hidden check `{check.id}` is in what a learner is sent"


def _lesson_sent(lesson: Lesson) -> dict[str, str]:
    """What the page has before anything is handed in, by file."""
    shown = [block for block in lesson.blocks if not isinstance(block, Prediction)]
    asked = [{"id": one.id, "html": one.html} for one in lesson.blocks if isinstance(one, Prediction)]
    visible = [{"id": check.id, "title": check.title} for check in lesson.checks if not check.hidden]
    examples = [block.file for block in lesson.blocks if isinstance(block, Example)]
    files = {name: lesson.files.text(name, []) for name in examples if name in lesson.files.names}
    return {
        "lesson.md": _text([asdict(block) for block in shown]) + _text(asked),
        "checks.yaml": _text(visible),
        "stub.bpf": json.dumps(lesson.stub.source) + _text(dict(lesson.stub.documents)),
        **files,
    }


def _text(value: Any) -> str:
    if isinstance(value, Result):
        value = asdict(value)
    return json.dumps(value, default=str, ensure_ascii=False)


def _needles(check: Check, known: set[bytes]) -> Iterator[tuple[str, str]]:
    """The id, the title, and packets that no visible check sends."""
    yield "the id", f'"{check.id}"'
    yield "the title", json.dumps(check.title, ensure_ascii=False)[1:-1]
    for data in _packets(check):
        if len(data) > SHORTEST and data not in known:
            yield "a packet", f'"{data.hex()}"'


def _packets(check: Check) -> Iterator[bytes]:
    """Those that are the same for everybody."""
    for send in check.send:
        if isinstance(send, str) or (isinstance(send, PacketSend) and not send.vary):
            with suppress(HookscopeError):
                yield from_form(send if isinstance(send, str) else send.form)
