"""The time under the graphs, and what counters did along it."""

import pytest

from app.metrics.timeline import POINTS, Axis, duration, increases, rates, stretches

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("span", "end"),
    [
        (0, "1 ms"),
        (1_500_000, "1.6 ms"),
        (15 * SECOND, "16 s"),
        (18_713_594_282, "20 s"),
        (61 * SECOND, "80 s"),
    ],
)
def test_an_axis_is_long_enough_and_divides_well(span: int, end: str) -> None:
    axis = Axis.over(span)
    assert duration(axis.end) == end
    assert axis.end >= span
    assert axis.at(POINTS) == axis.end


def test_a_counter_that_falls_has_begun_anew() -> None:
    assert increases(2, [5, 5, 3, 4]) == [3, 0, 3, 1]


def test_a_rate_is_the_growth_over_the_window() -> None:
    axis = Axis.over(60 * SECOND)
    steady = rates(0, [float(point) for point in range(1, POINTS + 2)], axis)
    assert steady[0] == pytest.approx(1 / 15)
    assert steady[-1] == pytest.approx(1.0)


def test_stretches_add_up_to_all_growth() -> None:
    values = [1.0, 2.0, 2.0, 7.0, 9.0, 9.0, 11.0]
    found = stretches(0, values)
    assert found == [7.0, 4.0]
    assert sum(found) == values[-1]
