"""Programs: licences and names."""

import pytest

from vm.program import Program
from vm.uapi.prog_types import ProgType


def program(**more: object) -> Program:
    """A program without instructions."""
    return Program("probe", ProgType.XDP, (), (), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "compatible"),
    [
        ("GPL", True),
        ("Dual MIT/GPL", True),
        ("GPL v2", True),
        ("gpl", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_licences_are_compared_letter_by_letter(text: str, compatible: bool) -> None:
    assert program(license=text).gpl is compatible


def test_the_first_label_of_a_slot() -> None:
    found = program(labels={"a": 0, "b": 2, "c": 2})
    assert [found.label_of(pc) for pc in range(3)] == ["a", None, "b"]
