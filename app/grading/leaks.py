"""Whether anything of hidden checks gets out: everything the server would send is searched for it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress

from app.grading.result import Result
from app.lessons.lesson import Answer, Lesson
from app.lessons.schema.checks import Check
from app.lessons.schema.send import PacketSend
from app.workbench.lessons import document
from app.workbench.lessons_grade import view
from vm.kernel.packet.form import from_form
from vm.source import HookscopeError

SHORTEST = 8
"""Bytes of a packet that tell it from others."""


def leaks(lesson: Lesson, results: Mapping[str, Result]) -> Iterator[tuple[str, str]]:
    """Where something of a hidden check, or of the solution, stands, and what."""
    sent = {"lesson.md": document(lesson).model_dump_json()}
    for name, found in results.items():
        sent[name] = view(lesson, found.for_learner(), 0).model_dump_json()
    known = {data for check in lesson.checks if not check.hidden for data in _packets(check)}
    for check in lesson.checks:
        if not check.hidden:
            continue
        for what, needle in _needles(check, known):
            for place, text in sent.items():
                if needle in text:
                    yield place, f"{what} of the hidden check `{check.id}` is in what a learner is sent"
    yield from _solutions(lesson, results, sent)


def _solutions(
    lesson: Lesson, results: Mapping[str, Result], sent: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The solution is sent to those who have passed, and to nobody else who has not written it."""
    written = {f"wrong/{one.name}": _texts(one.answer) for one in lesson.wrong}
    for text in _texts(lesson.solution) - _texts(lesson.stub):
        needle = json.dumps(text, ensure_ascii=False)[1:-1]
        for place, whole in sent.items():
            passed = place in results and results[place].passed
            if needle in whole and not passed and text not in written.get(place, ()):
                yield place, "the whole solution is in what a learner is sent"


def _texts(answer: Answer) -> set[str]:
    return {answer.source, *answer.documents.values()}


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
