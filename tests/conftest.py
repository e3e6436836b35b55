"""What every test shares: one hypothesis profile, so that two runs of the suite test the same examples."""

import os

from hypothesis import HealthCheck, settings

# "ci" draws the same examples each time; HYPOTHESIS_PROFILE=deep is for a long hunt.
settings.register_profile(
    "ci", derandomize=True, max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", max_examples=5_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
