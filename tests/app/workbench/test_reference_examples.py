"""Every example of the reference does what it is there for."""

import pytest

from app.schemas.lessons import CategoryRef
from app.verdicts import report_of
from app.workbench.lessons_answers import form_of, judge
from app.workbench.reference import instructions
from app.workbench.reference_examples import accepted, examples
from app.workbench.reference_written import categories
from vm.asm import assemble
from vm.helpers.table import HELPERS
from vm.kernel.hooks import HOOK_POINTS
from vm.verifier import Options
from vm.verifier.category import Category
from vm.verifier.explain.broken import category_of


def test_examples_are_of_what_there_is_and_are_accepted() -> None:
    counts = {kind: [one for one in examples() if one.kind == kind] for kind in ("insn", "helper", "hook")}
    assert len(counts["insn"]) == len(instructions())
    assert len(counts["hook"]) == len(HOOK_POINTS)
    assert len(counts["helper"]) > 0.8 * len(HELPERS)  # the others want what no two lines can make
    assert all(accepted(one.source, one.hook) for one in examples())


@pytest.mark.parametrize("category", categories(), ids=lambda category: category.slug)
def test_a_categorys_program_is_refused_for_it(category: CategoryRef) -> None:
    report = report_of(assemble(category.source).programs[0], Options())
    assert (report.accepted, category_of(report.category)) == (False, category.slug)


def test_every_category_is_told() -> None:
    assert {category.slug for category in categories()} == {category.value for category in Category}


@pytest.mark.parametrize(
    ("answer", "choices", "given", "right"),
    [
        ("2", (), "2", True),
        ("2", (), " 0x2 ", True),
        ("0x800", (), "2048", True),
        ("2048", (), "2,048", True),
        ("2", (), "3", False),
        ("2", (), "two", False),
        ("4..8", (), "4", True),
        ("4..8", (), "8", True),
        ("4..8", (), "9", False),
        ("4..8", (), "4..8", False),
        ("map_value_or_null", (), "`map value or NULL`", True),
        ("XDP_DROP", (), "xdp_drop.", True),
        ("XDP_DROP", (), "XDP_PASS", False),
        ("1", ("1", "2"), "1", True),
        ("1", ("1", "01"), "01", False),
    ],
)
def test_a_prediction_is_right_however_it_is_written(
    answer: str, choices: tuple[str, ...], given: str, right: bool
) -> None:
    assert judge(answer, choices, given)[0] is right


def test_what_kind_of_answer_is_asked_for() -> None:
    assert [form_of(text) for text in ("7", "0x7", "4..8", "yes")] == ["number", "number", "number", "word"]
