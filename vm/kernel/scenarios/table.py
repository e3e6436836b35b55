"""Every scenario by its name, in the order of the list."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.scenarios.dns_tunnel import DNS_TUNNEL
from vm.kernel.scenarios.exec_chain import EXEC_CHAIN
from vm.kernel.scenarios.fork_bomb import FORK_BOMB
from vm.kernel.scenarios.load_balanced import LOAD_BALANCED
from vm.kernel.scenarios.malformed import MALFORMED
from vm.kernel.scenarios.mixed_web import MIXED_WEB
from vm.kernel.scenarios.model import Scenario
from vm.kernel.scenarios.noisy_neighbour import NOISY_NEIGHBOUR
from vm.kernel.scenarios.ping_sweep import PING_SWEEP
from vm.kernel.scenarios.pods import PODS
from vm.kernel.scenarios.port_scan import PORT_SCAN
from vm.kernel.scenarios.secret_reader import SECRET_READER
from vm.kernel.scenarios.slow_clients import SLOW_CLIENTS
from vm.kernel.scenarios.slow_disk import SLOW_DISK
from vm.kernel.scenarios.syn_flood import SYN_FLOOD
from vm.source import HookscopeError, did_you_mean

_ROWS = (
    SYN_FLOOD, PORT_SCAN, DNS_TUNNEL, SLOW_CLIENTS, MIXED_WEB, PING_SWEEP, MALFORMED, NOISY_NEIGHBOUR,
    SLOW_DISK, FORK_BOMB, EXEC_CHAIN, SECRET_READER, PODS, LOAD_BALANCED,
)  # fmt: skip

SCENARIOS: Mapping[str, Scenario] = MappingProxyType({scenario.id: scenario for scenario in _ROWS})
"""Every scenario by id."""


def scenario_named(name: str) -> Scenario:
    """The scenario of that id; raises HookscopeError with the one probably meant."""
    if name not in SCENARIOS:
        hint = did_you_mean(name, SCENARIOS) or f"there are {', '.join(SCENARIOS)}"
        raise HookscopeError.of("unknown-scenario", f"there is no scenario named `{name[:60]}`", hint)
    return SCENARIOS[name]
