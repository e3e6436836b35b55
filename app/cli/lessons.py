"""``hookscope lessons``: check lessons, make new ones, look at one, and grade a folder of submissions."""

import os
import sys
import time
from pathlib import Path

import click

from app.grading.batch import Graded, as_csv, as_json, graded, handed_in, row
from app.grading.mutants.report import LEAST, WANTED, mutation_report
from app.grading.new import new_lesson
from app.grading.proof import Proof, one_or_many, prove, read_one, references
from app.lessons.catalogue import catalogue
from app.lessons.lesson import Lesson
from app.paths import lessons_dir
from vm.source import HookscopeError

FAILED = 1
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def lessons() -> None:
    """Check, make, preview and grade lessons."""


@lessons.command()
@click.argument("folders", nargs=-1, type=_FOLDER)
@click.option("--mutants", is_flag=True, help="Put small mistakes into solutions, and say which pass.")
@click.option("--kernel", is_flag=True, help="Ask this machine's kernel of every answer, too (root).")
def check(folders: tuple[Path, ...], mutants: bool, kernel: bool) -> None:
    """Prove that stubs fail, solutions pass and wrong answers fail for their reason.

    FOLDERS are lessons, or folders of lessons; without any, those that come with Hookscope. Status 1 where
    something is not as it should be.
    """
    begun = time.monotonic()
    chosen = [one for folder in folders or (lessons_dir(),) for one in one_or_many(folder)]
    if not chosen:
        raise HookscopeError.of("no-lesson", "there are no lessons here", "name a folder with a lesson.md")
    apart = [name for folder in folders or (lessons_dir(),) for name in _apart(folder)]
    bad = {folder.name for folder in chosen if _checked(folder)} | set(apart)
    few = _mutated(chosen) if mutants else 0
    few += _compared(chosen) if kernel else 0
    took = time.monotonic() - begun
    click.echo(f"{len(chosen) - len(bad)} of {len(chosen)} lessons are as they should be ({took:.1f} s)")
    sys.exit(FAILED if bad or few else 0)


def _apart(folder: Path) -> list[str]:
    """Says what is wrong between the lessons of a folder: prerequisites, links, numbers; which have it."""
    if (folder / "lesson.md").is_file():
        return []
    named = []
    for name, problems in catalogue(folder).problems.items():
        told = [
            one for one in problems if one.diagnostic.code in ("unknown-lesson", "circle", "duplicate-number")
        ]
        for problem in told:
            click.echo(f"{name}/{problem}", err=True)
        named += [name] if told else []
    return named


def _checked(folder: Path) -> bool:
    """Says what is wrong with one lesson; whether anything is."""
    lesson, problems = read_one(folder)
    for problem in problems:
        click.echo(f"{folder.name}/{problem}", err=True)
    if lesson is None:
        click.echo(f"✗ {folder.name}: {len(problems)} problems")
        return True
    proof, nowhere = prove(lesson), references(lesson, folder.parent)
    for told in (*map(str, proof.findings), *(f"{folder.name}/{one}" for one in nowhere)):
        click.echo(told, err=True)
    click.echo(_line(proof))
    return bool(proof.findings or nowhere)


def _mutated(chosen: list[Path]) -> int:
    """Prints the mutation report; how many lessons let too many mistakes through."""
    found = [mutation_report(lesson) for folder in chosen if (lesson := read_one(folder)[0]) is not None]
    for report in found:
        for mutant in report.survivors:
            click.echo(f"  passes: {report.lesson} {mutant}")
        explained = f", {report.explained} explained in design.md" if report.explained else ""
        click.echo(f"{report.share:5.1f} % of {report.total} mutants found: {report.lesson}{explained}")
    if not found:
        return 0
    average = sum(report.share for report in found) / len(found)
    click.echo(f"{average:5.1f} % on average (wanted {WANTED:g}, and {LEAST:g} at least)")
    return sum(report.share < LEAST for report in found) + (average < WANTED)


def _compared(chosen: list[Path]) -> int:
    """Asks the kernel; of how many programs it says something else than the verifier here."""
    from app.grading.kernel import asked
    from app.linux.bpf import kernel_version, unavailable

    if reason := unavailable():
        raise HookscopeError.of("no-kernel", f"this machine's kernel cannot be asked: {reason}", "try sudo")
    found = [
        (lesson.id, one)
        for folder in chosen
        if (lesson := read_one(folder)[0]) is not None
        for one in asked(lesson)
    ]
    for name, one in found:
        if not one.same and one.kernel is not None:
            told = f"here `{one.here.error or 'accepted'}`, Linux `{one.kernel.error or 'accepted'}`"
            click.echo(f"{name}/{one.answer} {one.program}: {told}", err=True)
    told_of = [one for _, one in found if one.kernel is not None]
    different = sum(not one.same for one in told_of)
    said = f"of {len(told_of)} programs Linux {kernel_version()} says the same"
    click.echo(f"{len(told_of) - different} {said}; {len(found) - len(told_of)} could not be asked")
    return different


def _line(proof: Proof) -> str:
    mark = "✗" if proof.findings else "✓"
    told = f"{proof.answers} answers, {proof.checks} checks, {proof.hidden} hidden"
    return f"{mark} {proof.lesson}: {told}" + (f", {len(proof.findings)} findings" if proof.findings else "")


@lessons.command()
@click.argument("name", metavar="ID")
@click.option(
    "--in", "root", type=_FOLDER, default=".", show_default=True, help="The folder of your lessons."
)
@click.option("--title", default="A lesson without a title yet", help="Its title.")
@click.option("--author", default="Somebody", help="Your name.")
def new(name: str, root: Path, title: str, author: str) -> None:
    """Make a new lesson, small and whole, to be written over: ID is such as d-41-no-telnet."""
    folder = new_lesson(root, name, title, author)
    click.echo(f"{folder} is there. Check it with: hookscope lessons check {folder}")


@lessons.command()
@click.argument("folder", type=_FOLDER)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="TCP port.")
@click.pass_context
def preview(ctx: click.Context, folder: Path, port: int) -> None:
    """Show a lesson, or a folder of lessons, in a browser as learners see it."""
    from app.cli.serve import serve

    one = (folder / "lesson.md").is_file()
    os.environ["HOOKSCOPE_LESSONS"] = str((folder.parent if one else folder).resolve())
    if one:
        lesson, problems = read_one(folder)
        for problem in problems:
            click.echo(f"{folder.name}/{problem}", err=True)
        if lesson is not None:
            click.echo(f"The lesson will be at http://127.0.0.1:{port}/lesson/{lesson.id}")
    ctx.invoke(serve, port=port)


@lessons.command("grade")
@click.argument("submissions", type=_FOLDER)
@click.option("--lesson", type=_FOLDER, help="The lesson all of them are for.")
@click.option("--lessons", "root", type=_FOLDER, help="Where lessons are; else those of Hookscope.")
@click.option(
    "--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a table here."
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write all here.")
def grade_(
    submissions: Path, lesson: Path | None, root: Path | None, csv_file: Path | None, json_file: Path | None
) -> None:
    """Grade a folder of submissions: LEARNER.bpf for one --lesson, or LEARNER/LESSON.bpf for many.

    Status 0: all pass. 1: some do not. 2: it could not be done.
    """
    try:
        only = _whole(lesson) if lesson is not None else None
        known = {} if only is not None else catalogue(root or lessons_dir()).lessons
        found = list(graded(handed_in(submissions, known, only)))
    except HookscopeError as error:
        click.echo(str(error.diagnostic), err=True)
        sys.exit(2)
    if not found:
        click.echo(f"there are no submissions in {submissions}", err=True)
        sys.exit(2)
    for one in found:
        click.echo(_graded_line(one))
    if csv_file is not None:
        csv_file.write_text(as_csv(found), encoding="utf-8")
    if json_file is not None:
        json_file.write_text(as_json(found), encoding="utf-8")
    passed = sum(one.result.passed for one in found)
    click.echo(f"{passed} of {len(found)} submissions pass")
    sys.exit(0 if passed == len(found) else FAILED)


def _whole(folder: Path) -> Lesson:
    """The lesson of a folder; raises HookscopeError with what is wrong with it."""
    found, problems = read_one(folder)
    if found is None:
        raise HookscopeError.of(
            "bad-lesson", f"{folder.name}/{problems[0]}", "hookscope lessons check says all"
        )
    return found


def _graded_line(one: Graded) -> str:
    told = row(one)
    mark = "✓" if told["passed"] else "✗"
    why = told["note"] or (f"fails {told['failed']}" if told["failed"] else "")
    return f"{mark} {told['learner']:20} {told['lesson']:36} {told['points']}/{told['of']}  {why}".rstrip()
