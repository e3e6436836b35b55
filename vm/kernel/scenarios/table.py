"""Every scenario by its name, in the order of the list."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.scenarios.data import all_scenarios
from vm.kernel.scenarios.model import Scenario
from vm.source import HookscopeError, did_you_mean

SCENARIOS: Mapping[str, Scenario] = MappingProxyType({scenario.id: scenario for scenario in all_scenarios()})
"""Every scenario by id."""


def scenario_named(name: str) -> Scenario:
    """The scenario of that id; raises HookscopeError with the one probably meant."""
    if name not in SCENARIOS:
        hint = did_you_mean(name, SCENARIOS) or f"there are {', '.join(SCENARIOS)}"
        raise HookscopeError.of("unknown-scenario", f"there is no scenario named `{name[:60]}`", hint)
    return SCENARIOS[name]
