"""Work in a thread that rests: it goes on where it was, ends with its result or error, can be given up."""

import threading
from collections.abc import Callable

import pytest

from app.workbench.paced import Paced


def counting(to: int, seen: list[int]) -> Callable[[Callable[[], None]], str]:
    def work(beat: Callable[[], None]) -> str:
        for number in range(to):
            seen.append(number)
            beat()
        return "done"

    return work


def test_it_rests_between_turns_and_loses_nothing() -> None:
    seen: list[int] = []
    paced = Paced(counting(1000, seen))
    lengths = []
    while not paced.go_on(0.0):
        lengths.append(len(seen))
    assert lengths == sorted(set(lengths))
    assert len(lengths) > 5
    assert seen == list(range(1000))
    assert paced.result() == "done"
    assert paced.go_on(0.0)


def test_short_work_ends_in_its_first_turn() -> None:
    assert Paced(counting(3, [])).go_on(60.0)


def test_an_error_is_raised_where_the_result_is_wanted() -> None:
    def work(_beat: Callable[[], None]) -> str:
        raise ValueError("no")

    paced = Paced(work)
    assert paced.go_on(1.0)
    with pytest.raises(ValueError, match="no"):
        paced.result()


@pytest.mark.parametrize("turns", [0, 1])
def test_work_given_up_leaves_no_thread(turns: int) -> None:
    before = threading.active_count()
    seen: list[int] = []
    paced = Paced(counting(10**9, seen))
    for _ in range(turns):
        assert not paced.go_on(0.0)
    paced.give_up()
    count = len(seen)
    assert threading.active_count() == before
    assert len(seen) == count
