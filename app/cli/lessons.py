"""``hookscope lessons``: check lessons, make new ones, look at one, and grade a folder of submissions."""

import sys
import time
from pathlib import Path

import click

from app.grading.mutants.report import LEAST, WANTED, mutation_report
from app.grading.proof import Proof, one_or_many, prove, read_one
from app.lessons.glossary import read_glossary
from app.paths import lessons_dir

FAILED = 1


@click.group()
def lessons() -> None:
    """Check, make, preview and grade lessons."""


@lessons.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--mutants", is_flag=True, help="Put small mistakes into solutions, and say which pass.")
def check(folders: tuple[Path, ...], mutants: bool) -> None:
    """Prove that stubs fail, solutions pass and wrong answers fail for their reason.

    FOLDERS are lessons, or folders of lessons; without any, those that come with Hookscope.
    """
    begun = time.monotonic()
    chosen = [one for folder in folders or (lessons_dir(),) for one in one_or_many(folder)]
    bad = sum(_checked(folder) for folder in chosen)
    if mutants:
        bad += mutated(chosen)
    took = time.monotonic() - begun
    click.echo(f"{len(chosen) - bad} of {len(chosen)} lessons are as they should be ({took:.1f} s)")
    sys.exit(FAILED if bad or not chosen else 0)


def _checked(folder: Path) -> bool:
    """Says what is wrong with one lesson; whether anything is."""
    lesson, problems = read_one(folder)
    for problem in problems:
        click.echo(f"{folder.name}/{problem}", err=True)
    if lesson is None:
        click.echo(f"✗ {folder.name}: {len(problems)} problems")
        return True
    proof = prove(lesson)
    for finding in proof.findings:
        click.echo(str(finding), err=True)
    click.echo(_line(proof))
    return bool(proof.findings)


def mutated(chosen: list[Path]) -> int:
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


def _line(proof: Proof) -> str:
    mark = "✗" if proof.findings else "✓"
    told = f"{proof.answers} answers, {proof.checks} checks, {proof.hidden} hidden"
    return f"{mark} {proof.lesson}: {told}" + (f", {len(proof.findings)} findings" if proof.findings else "")


__all__ = ["lessons", "read_glossary"]
