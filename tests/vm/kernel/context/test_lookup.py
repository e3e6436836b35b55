"""What an sk_lookup program reads of its context is what Linux gives it."""

import pytest

from tests.vm.kernel.context.lookup import CASES, PLACES, answers
from vm.helpers.event import Event
from vm.kernel.context import create
from vm.memory.memory import Memory
from vm.uapi.prog_types import ProgType


@pytest.mark.parametrize("name", CASES)
def test_every_place_reads_as_on_linux(name: str) -> None:
    made = create(ProgType.SK_LOOKUP, CASES[name], Memory([]), Event(), fields={})
    view = made.region.view
    assert view is not None
    assert [view.load(*place) for place in PLACES] == answers()[name]
    assert len(PLACES) > 100
