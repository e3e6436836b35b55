"""A lesson's folder: all of it read, or every mistake told with its place."""

from pathlib import Path

import pytest

from app.lessons.blocks import Figure, Fold, Prediction, Prose, Task, View
from app.lessons.folder import read
from tests.app.lessons.folders import FILES, FRONT, lesson_folder

LESSON = FILES["lesson.md"]
CHECKS = FILES["checks.yaml"]


def test_a_lesson_is_read_whole(tmp_path: Path) -> None:
    lesson, problems = read(lesson_folder(tmp_path))
    assert not problems
    assert lesson is not None
    kinds = [type(block) for block in lesson.blocks]
    assert kinds == [Prose, Task, Prediction, View, Prose, Figure, Fold]
    task, prediction = lesson.blocks[1], lesson.blocks[2]
    assert isinstance(task, Task)
    assert task.checks == ("drops",)
    assert "<p>Drop it instead.\nIt is one word.</p>" in task.html
    assert isinstance(prediction, Prediction)
    assert (prediction.answer, prediction.choices) == ("1", ("1", "2"))
    assert 'href="/reference#ctx-xdp_md"' in prediction.because
    assert [(one.kind, one.of) for one in lesson.wrong] == [
        ("check", "drops"), ("check", "drops"), ("category", "program-structure")
    ]  # fmt: skip
    assert {(link.scheme, link.name) for link in lesson.links} == {
        ("ctx", "xdp_md"), ("helper", "bpf_ktime_get_ns")
    }  # fmt: skip


def test_ids_of_a_picture_are_its_own(tmp_path: Path) -> None:
    lesson, _ = read(lesson_folder(tmp_path))
    assert lesson is not None
    figure = next(block for block in lesson.blocks if isinstance(block, Figure))
    assert 'id="fate-head"' in figure.svg
    assert "url(#fate-head)" in figure.svg


def test_what_an_answer_leaves_out_is_the_solutions(tmp_path: Path) -> None:
    text = FRONT.replace("authors:", "documents: [rules.yaml]\nauthors:") + LESSON.removeprefix(FRONT)
    files = {"lesson.md": text, "stub.rules.yaml": "a: 1\n", "solution.rules.yaml": "a: 2\n"}
    wrong = {"wrong/04-rules.rules.yaml": "# check: drops. It counts twice.\na: 3\n"}
    lesson, problems = read(lesson_folder(tmp_path, {**files, **wrong}))
    assert not problems
    assert lesson is not None
    assert lesson.wrong[-1].answer.source == lesson.solution.source
    assert lesson.wrong[-1].answer.documents["rules.yaml"].endswith("a: 3\n")
    assert lesson.wrong[0].answer.documents == lesson.solution.documents


def edit(old: str, new: str, name: str = "lesson.md") -> dict[str, str | bytes | None]:
    text = FILES[name]
    assert old in text
    return {name: text.replace(old, new)}


HOSTILE = [
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '[x](javascript:alert(1))',
    '![x](https://example.org/x.png)', '[x](data:text/html;base64,AAAA)', '<svg onload=alert(1)>',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_stays_text(tmp_path: Path, text: str) -> None:
    lesson, problems = read(lesson_folder(tmp_path, edit("Everything passes.", f"Everything passes. {text}")))
    html = "".join(block.html for block in lesson.blocks if isinstance(block, Prose)) if lesson else ""
    assert lesson is not None or problems[0].diagnostic.code in ("bad-link", "raw-html")
    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert "javascript:" not in html or "href" not in html
    assert "onerror=" not in html or "&lt;img" in html


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("<script>alert(1)</script>", "`<script>` cannot stand in a picture"),
        ('<a href="https://example.org"><text x="1" y="1">x</text></a>', "`<a>` cannot stand"),
        ('<rect width="1" height="1" onclick="alert(1)"/>', "`onclick` of <rect>"),
        ('<rect width="1" height="1" style="fill:url(https://example.org)"/>', "`style` of <rect>"),
        ('<rect width="1" height="1" fill="red"/>', "colour by class"),
        ('<rect width="1" height="1" class="rainbow"/>', "no class `rainbow`"),
        ('<path d="M0 0" marker-end="url(https://example.org#x)"/>', "`marker-end` cannot be"),
        ("<foreignObject><p>x</p></foreignObject>", "`<foreignObject>` cannot stand"),
        ('<image href="https://example.org/x.png"/>', "`<image>` cannot stand"),
        ('<use href="#head"/>', "`<use>` cannot stand"),
    ],
)
def test_pictures_hold_shapes_and_text_only(tmp_path: Path, inside: str, says: str) -> None:
    lesson, problems = read(lesson_folder(tmp_path, edit("</svg>", f"{inside}</svg>", "fate.svg")))
    assert lesson is None
    assert any(says in str(one) and one.file == "fate.svg" for one in problems), problems
    assert all(one.diagnostic.span for one in problems)


def test_entities_are_refused_before_they_grow(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + FILES["fate.svg"]
    _, problems = read(lesson_folder(tmp_path, {"fate.svg": bomb}))
    assert [one.diagnostic.code for one in problems] == ["bad-svg"]
