"""Writes what each scenario makes with its default parameters: how many events of each truth, and a digest.

No kernel is asked. A change here is a change of every simulation that is linked to: make it on purpose.
"""

from collections import Counter
from pathlib import Path

import yaml

from tests.vm.kernel.scenarios.test_scenarios import digest
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS

TARGET = Path(__file__).parents[1] / "data/scenarios.yaml"


def main() -> None:
    """Writes the file."""
    found = {
        scenario.id: {
            "digest": digest(scenario, 1),
            "truths": dict(sorted(Counter(event.truth for event in make(scenario).events).items())),
        }
        for scenario in SCENARIOS.values()
    }
    TARGET.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
