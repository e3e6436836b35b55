"""Policies compiled to map entries mean what the Kubernetes API says they mean."""

import pytest

from tests.app.manifests.compare import compare


@pytest.mark.parametrize("seed", range(0, 200, 10))
def test_verdicts_are_those_of_the_api(seed: int) -> None:
    asked, different = 0, list[str]()
    for one in map(compare, range(seed, seed + 10)):
        asked += one.asked
        different += one.different
    assert different == []
    assert asked > 1_000
