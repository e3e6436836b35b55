"""All lessons together: order, prerequisites, and that a broken one takes no other down."""

from pathlib import Path

from app.lessons.catalogue import catalogue
from app.lessons.glossary import read_glossary
from app.lessons.references import unknown_references
from tests.app.lessons.folders import FILES, NAME, lesson_folder


def named(root: Path, name: str, before: str = "") -> None:
    text = FILES["lesson.md"].replace(NAME, name)
    lesson_folder(root, {"lesson.md": text.replace("minutes:", f"prerequisites: [{before}]\nminutes:")}, name)


def test_lessons_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("b-11-c", "b-09-a", "b-10-b"):
        named(tmp_path, name)
    found = catalogue(tmp_path)
    assert list(found.lessons) == ["b-09-a", "b-10-b", "b-11-c"]
    assert not found.problems


def test_a_broken_lesson_takes_no_other_down(tmp_path: Path) -> None:
    named(tmp_path, "b-09-a")
    lesson_folder(tmp_path, {"lesson.md": None}, "b-10-b")
    found = catalogue(tmp_path)
    assert list(found.lessons) == ["b-09-a"]
    assert [one.diagnostic.code for one in found.problems["b-10-b"]][:1] == ["missing-file"]


def test_prerequisites_must_end_and_be_there(tmp_path: Path) -> None:
    named(tmp_path, "b-09-a", "b-10-b")
    named(tmp_path, "b-10-b", "b-09-a")
    named(tmp_path, "b-11-c", "b-08-typo")
    named(tmp_path, "b-12-d")
    named(tmp_path, "b-13-e", "b-12-d")
    found = catalogue(tmp_path)
    assert list(found.lessons) == ["b-12-d", "b-13-e"]
    codes = {name: [one.diagnostic.code for one in problems] for name, problems in found.problems.items()}
    assert codes == {"b-09-a": ["circle"], "b-10-b": ["circle"], "b-11-c": ["unknown-lesson"]}


def test_two_lessons_of_one_number_are_told(tmp_path: Path) -> None:
    named(tmp_path, "b-09-a")
    named(tmp_path, "b-09-b")
    found = catalogue(tmp_path)
    assert list(found.lessons) == ["b-09-a"]
    assert "also `b-09-a`" in str(found.problems["b-09-b"][0])


def test_references_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    text = FILES["lesson.md"].replace("bpf_ktime_get_ns", "bpf_ktime_get_nsec")
    lesson_folder(tmp_path, {"lesson.md": text})
    (tmp_path / "glossary.yaml").write_text("verdicts: {term: Verdict, means: What a program answers.}\n")
    glossary, problems = read_glossary(tmp_path)
    assert not problems
    told = [str(one) for one in unknown_references(catalogue(tmp_path).lessons[NAME], glossary)]
    assert any("did you mean `verdicts`?" in one for one in told)
    assert any("did you mean `bpf_ktime_get_ns`?" in one for one in told)


def test_mistakes_of_the_glossary_have_a_place(tmp_path: Path) -> None:
    (tmp_path / "glossary.yaml").write_text("verdict:\n  term: Verdict\n  mean: x\n")
    _, problems = read_glossary(tmp_path)
    assert any(str(one).startswith("glossary.yaml:3:3") for one in problems)
