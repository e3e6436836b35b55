"""What every test shares: one hypothesis profile, so that two runs of the suite test the same examples."""

import os

import pytest
from hypothesis import HealthCheck, settings

# "ci" draws the same examples each time; HYPOTHESIS_PROFILE=deep is for a long hunt.
settings.register_profile(
    "ci", derandomize=True, max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", max_examples=5_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse names that hold an address: processes that share the tests would not agree on them."""
    nameless = [item.nodeid for item in items if " object at 0x" in item.nodeid]
    if nameless:
        raise pytest.UsageError(f"give the cases of this test ids: {nameless[0]}")
