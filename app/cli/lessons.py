"""``hookscope lessons``: check lessons, make new ones, look at one, and grade a folder of submissions."""

import sys
import time
from pathlib import Path

import click

from app.grading.proof import Proof, one_or_many, prove, read_one
from app.lessons.glossary import read_glossary
from app.paths import lessons_dir

FAILED = 1


@click.group()
def lessons() -> None:
    """Check, make, preview and grade lessons."""


@lessons.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folders: tuple[Path, ...]) -> None:
    """Prove that stubs fail, solutions pass and wrong answers fail for their reason.

    FOLDERS are lessons, or folders of lessons; without any, those that come with Hookscope.
    """
    begun = time.monotonic()
    chosen = [one for folder in folders or (lessons_dir(),) for one in one_or_many(folder)]
    bad = sum(_checked(folder) for folder in chosen)
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


def _line(proof: Proof) -> str:
    mark = "✗" if proof.findings else "✓"
    told = f"{proof.answers} answers, {proof.checks} checks, {proof.hidden} hidden"
    return f"{mark} {proof.lesson}: {told}" + (f", {len(proof.findings)} findings" if proof.findings else "")


__all__ = ["lessons", "read_glossary"]
