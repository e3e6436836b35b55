"""``verifier``: accepted, within limits; or refused as expected."""

from app.grading.case import Case, Miss
from app.grading.subject import group_of
from app.lessons.schema.expect import VerifierExpect
from vm.program import Program
from vm.verifier import Report

ACCEPTED = "accepted"
"""What is expected of a program that is refused."""


def verifier(wanted: VerifierExpect, case: Case) -> Miss | None:
    """What Linux says of every program of the text."""
    pairs = list(zip(case.subject.programs, case.subject.reports(wanted.profile), strict=True))
    refused = next((pair for pair in pairs if not pair[1].accepted), None)
    if wanted.verdict == "rejected":
        if refused is None:
            return Miss("Linux accepts this program, and here it must not", "rejected", "accepted")
        return _as_wanted(wanted, *refused)
    if refused is not None:
        return refusal(*refused)
    return _within(wanted, [report for _, report in pairs])


def refusal(program: Program, report: Report) -> Miss:
    """What is said where Linux refuses."""
    span = program.spans.get(report.pc) if report.pc is not None else None
    where = f" in line {span.line}" if span is not None else ""
    hint = f" To mend it: {report.hint}" if report.hint else ""
    said = report.error or report.what
    message = f"Linux refuses {program.name}{where}: {report.what or said}{hint}"
    return Miss(message, ACCEPTED, said, found=group_of(report))


def _as_wanted(wanted: VerifierExpect, program: Program, report: Report) -> Miss | None:
    if wanted.category is not None and group_of(report) != wanted.category.value:
        message = "Linux refuses this program, but for another reason than it should here"
        return Miss(message, wanted.category.value, f"{group_of(report)}: {report.error}")
    if wanted.says is not None and wanted.says not in report.error:
        return Miss("Linux refuses this program in other words", wanted.says, report.error)
    if wanted.at is not None and not at_label(program, report.pc, wanted.at):
        return Miss("Linux refuses this program at another place", wanted.at, f"slot {report.pc}")
    return None


def at_label(program: Program, pc: int | None, label: str) -> bool:
    """Whether slot ``pc`` stands behind ``label``, and before the next label."""
    start = program.labels.get(label)
    if start is None or pc is None or pc < start:
        return False
    following = min((at for at in program.labels.values() if at > start), default=len(program.slots))
    return pc < following


def _within(wanted: VerifierExpect, reports: list[Report]) -> Miss | None:
    for limit, got, what in (
        (wanted.processed_at_most, sum(report.processed for report in reports), "instructions"),
        (wanted.states_at_most, sum(report.total_states for report in reports), "states"),
    ):
        if limit is not None and got > limit:
            message = f"the verifier walks {got:,} {what}; it should be {limit:,} at most"
            return Miss(message, f"at most {limit:,} {what}", f"{got:,}", found=got)
    return None
