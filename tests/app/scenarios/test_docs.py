"""What docs/scenarios.md shows is read, and names every scenario."""

import re

from app.scenarios.read import read
from tests.shared_data import CHECKOUT
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.world.attach import parse_place

PAGE = (CHECKOUT / "docs/scenarios.md").read_text("utf-8")


def test_the_script_is_read() -> None:
    found, diagnostics = read(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    assert not diagnostics
    assert found is not None
    assert found.count == 204
    assert len(list(found.make().events)) == 204


def test_every_scenario_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|.*\|(.*)\|$", PAGE, re.MULTILINE)
    told = {name: set(re.findall(r"`(\w+)`", wanted)) for name, wanted in rows if name in SCENARIOS}
    assert told == {scenario.id: set(scenario.wanted) for scenario in SCENARIOS.values()}


def test_the_places_are_places() -> None:
    sentence = PAGE[PAGE.index("Places are written") : PAGE.index("Several programs")]
    for place in re.findall(r"`([^`]+)`", sentence):
        assert parse_place(place).hook
