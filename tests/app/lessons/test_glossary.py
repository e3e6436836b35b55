"""The glossary that comes with Hookscope: every term lessons name, and programs that load."""

from dataclasses import replace

import pytest

from app.lessons.catalogue import catalogue
from app.lessons.glossary import read_glossary
from app.lessons.references import unknown_references
from app.paths import asset_root
from app.verdicts import report_of
from vm.asm import assemble
from vm.kernel.hooks import known_point
from vm.verifier.options import Options

ROOT = asset_root() / "lessons"
TERMS, PROBLEMS = read_glossary(ROOT)


def test_it_is_read_whole() -> None:
    assert not PROBLEMS
    assert TERMS


def test_lessons_lead_nowhere_that_is_not_there() -> None:
    found = catalogue(ROOT)
    told = [
        f"{lesson.id}/{one}" for lesson in found.lessons.values() for one in unknown_references(lesson, TERMS)
    ]
    assert not found.problems
    assert told == []


@pytest.mark.parametrize("slug", sorted(slug for slug, term in TERMS.items() if term.example))
def test_examples_load(slug: str) -> None:
    assembly = assemble(TERMS[slug].example or "")
    assert not assembly.errors
    for program in assembly.programs:
        point = known_point(program.hook or "xdp")
        report = report_of(replace(program, prog_type=point.prog_type), Options())
        assert report.accepted, report.error
