"""The bench table, and the discovery that it and `golden` share."""

import pytest

from tests.bench.__main__ import line
from tests.bench.row import Row, at_least, at_most
from tests.discovery import modules


@pytest.mark.parametrize(
    ("row", "ok"),
    [
        (at_most("time", 25.0, "ms", 25), True),
        (at_most("time", 25.1, "ms", 25), False),
        (at_least("speed", 300_000, "steps/s", 300_000), True),
        (at_least("speed", 299_999, "steps/s", 300_000), False),
    ],
)
def test_a_figure_is_held_against_its_limit(row: Row, *, ok: bool) -> None:
    assert row.ok is ok
    assert line(row).endswith("ok" if ok else "MISSED")


def test_a_line_shows_figure_unit_and_target() -> None:
    assert line(at_least("speed", 312_345.6, "steps/s", 300_000)).split() == [
        "speed", "312,346", "steps/s", "≥", "300,000", "ok",
    ]  # fmt: skip


def test_a_figure_without_a_target_has_no_verdict() -> None:
    assert line(Row("noted", 1.5, "ms")).split() == ["noted", "1.50", "ms"]


def test_benches_are_found_by_name() -> None:
    (found,) = modules("bench", "bench_", ["first_load"])
    assert found[0] == "first_load"
    assert callable(found[1].bench)


def test_an_unknown_bench_is_named_with_those_there_are() -> None:
    with pytest.raises(SystemExit, match=r"no frobnicate; there is: .*first_load"):
        list(modules("bench", "bench_", ["frobnicate"]))
