"""Rejected programs with what their explanation must say: tests/data/explanations, one file each.

A file begins with lines ``; expect NAME: VALUE``; the line to blame ends in ``; here``. ``patch`` is the kind
of the patch that must be offered first, ``witness`` how it must go wrong; without them there must be none.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.shared_data import CHECKOUT
from vm.isa import MAX_INSNS
from vm.verifier import Options

FOLDER = CHECKOUT / "tests/data/explanations"
NUMBER = re.compile(r"(?<![A-Za-z_0-9])\d+|\bR\d+")
"""A number in the kernel's words, or a register; digits within other names are none."""
_EXPECT = re.compile(r"^; expect (\w+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """A program's text and what is expected of its explanation."""

    name: str
    text: str
    kind: str
    category: str
    fix: str
    line: int
    patch: str | None
    witness: str | None
    options: Options

    @property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")


def read(path: Path) -> Case:
    """The case of a file."""
    text = path.read_text(encoding="utf-8")
    expect = dict(_EXPECT.findall(text))
    line = next(n for n, line in enumerate(text.split("\n"), 1) if line.endswith("; here"))
    return Case(
        path.stem, text, expect["kind"], expect["category"], expect["fix"], line,
        expect.get("patch"), expect.get("witness"),
        Options(profile=expect.get("profile", "root"), limit=int(expect.get("limit", MAX_INSNS))),
    )  # fmt: skip


CASES = [read(path) for path in sorted(FOLDER.glob("*.bpf"))]
