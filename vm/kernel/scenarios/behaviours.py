"""Every behaviour by its name."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.scenarios.behaviour import Behaviour
from vm.kernel.scenarios.network_behaviours import NETWORK_BEHAVIOURS
from vm.kernel.scenarios.pods import POD_BEHAVIOURS
from vm.kernel.scenarios.process_behaviours import PROCESS_BEHAVIOURS

BEHAVIOURS: Mapping[str, Behaviour] = MappingProxyType(
    {row.name: row for row in (*NETWORK_BEHAVIOURS, *PROCESS_BEHAVIOURS, *POD_BEHAVIOURS)}
)
"""What scenarios are made of."""
