"""The dictionary that remembers its states, against plain copies."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vm.maps import versioned
from vm.maps.versioned import Version, Versioned

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 5), st.integers(0, 3) | st.none()),
        st.tuples(st.just("keep"), st.just(0), st.just(0)),
        st.tuples(st.just("go"), st.integers(0, 50), st.just(0)),
    ),
    max_size=60,
)


@pytest.fixture(params=[1, 2, 3, versioned.LEAP])
def leap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How far versions leap."""
    monkeypatch.setattr(versioned, "LEAP", request.param)
    return int(request.param)


@pytest.mark.usefixtures("leap")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_kept_state_comes_back(steps: list[tuple[str, int, int | None]]) -> None:
    found: Versioned[int, int] = Versioned()
    model: dict[int, int] = {}
    kept: list[tuple[Version[int, int], dict[int, int]]] = []
    for what, number, value in steps:
        if what == "set":
            found.set(number, value)
            model = {key: old for key, old in model.items() if key != number}
            model |= {} if value is None else {number: value}
        elif what == "keep":
            kept.append((found.keep(), dict(model)))
        elif kept:
            version, model = kept[number % len(kept)]
            found.go(version)
        assert found.now == model
    for version, content in kept:
        assert version.content() == content
    for one, one_content in kept:
        for two, two_content in kept:
            assert (one == two) == (one_content == two_content)


def test_nothing_changed_is_the_same_state() -> None:
    found: Versioned[str, int] = Versioned()
    first = found.keep()
    found.set("a", 1)
    found.set("a", None)
    assert found.keep() is first
    assert first != "something else"


def test_the_state_of_another_dictionary_can_be_taken_over() -> None:
    one, two = Versioned[str, int](), Versioned[str, int]()
    one.set("b", 2)
    one.keep()
    two.set("a", 1)
    two.keep()
    two.set("c", 3)
    for state in (two.keep(), two.keep().flat()):
        one.go(state)
        assert one.now == {"a": 1, "c": 3} == state.content()
        assert one.keep() == state
