"""Records what this machine's verifier says of the programs of tests/data/realworld, and of mutants."""

from collections.abc import Iterator
from typing import Any

from app.linux.bpf import kernel_version, unavailable
from tests.verifier.realworld import everything, neighbours
from tests.verifier.realworld_recorded import row, write
from tests.verifier.verdict import kernels

MUTANTS = 3


def rows() -> Iterator[list[Any]]:
    """Every program in every variant, and its mutants."""
    for real in everything():
        for each in neighbours(real, MUTANTS):
            said = kernels(each.program, attach_type=each.attach_type)
            yield row(each.name, each.program, each.attach_type, said)


def main() -> None:
    """Asks and records."""
    if reason := unavailable():
        raise SystemExit(f"record_verifier_realworld: {reason}")
    found = list(rows())
    size = write(kernel_version(), found)
    print(f"{len(found):,} programs, {sum(1 for one in found if one[3]):,} refused, {size:,} bytes")
