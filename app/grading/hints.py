"""Hints by diagnosis: those whose occasion the latest attempt is, from vague to specific."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.grading.judges.verifier import at_label
from app.grading.result import CheckResult, Status
from app.grading.subject import group_of
from app.lessons.schema.hints import Hint, When
from vm.program import Program
from vm.verifier import Report


def chosen(
    hints: Sequence[Hint],
    results: Sequence[CheckResult],
    refused: tuple[Program, Report] | None,
    attempts: int = 1,
    *,
    assembles: bool = True,
) -> tuple[str, ...]:
    """The texts of the hints that fit; ``attempts`` counts this one."""
    by_id = {result.id: result for result in results}
    return tuple(
        hint.text
        for hint in hints
        if attempts >= hint.when.attempts and _fits(hint.when, by_id, refused, assembles)
    )


def _fits(
    when: When, results: Mapping[str, CheckResult], refused: tuple[Program, Report] | None, assembles: bool
) -> bool:
    if when.assembles is not None and when.assembles is not assembles:
        return False
    if not assembles:
        return when.assembles is False
    if when.check is not None and not _failed(when, results.get(when.check)):
        return False
    if when.category is None and when.at is None and when.says is None:
        return when.check is None or not results[when.check].refused
    if refused is None:
        return False
    program, report = refused
    return (
        (when.category is None or group_of(report) == when.category.value)
        and (when.says is None or when.says in report.error)
        and (when.at is None or at_label(program, report.pc, when.at))
    )


def _failed(when: When, result: CheckResult | None) -> bool:
    if result is None or result.status is Status.PASSED:
        return False
    return "got" not in when.model_fields_set or _same(when.got, result)


def _same(got: Any, result: CheckResult) -> bool:
    """Whether what was got is what the hint is about: as data, or as text."""
    if isinstance(got, dict) and isinstance(result.found, dict):
        return {str(key): value for key, value in got.items()} == result.found
    return got == result.found or (got is not None and str(got).lower() == result.got.lower())
