"""Map operations against the kernel of this machine, where it may be asked: other sequences than the
recorded ones."""

import pytest

from tests.oracle import kernel
from tests.vm.maps import recorded
from tests.vm.maps.on_kernel import OnKernel
from tests.vm.maps.on_simulator import OnSimulator
from tests.vm.maps.sequences import KINDS, sequence
from vm.uapi.map_types import MapType

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(kernel.unavailable() is not None, reason=kernel.unavailable() or ""),
]

_SLOW = (MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS)
"""The kernel waits a grace period whenever a map leaves a map."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_operations_answer_as_this_kernel(kind: MapType) -> None:
    cpus = kernel.possible_cpus()
    first = recorded.COUNT
    with kernel.on_one_cpu():
        for number in range(first, first + (10 if kind in _SLOW else 100)):
            asked = sequence(kind, number, cpus)
            real = OnKernel(asked)
            try:
                expected = real.run(asked.operations)
            finally:
                real.close()
            assert OnSimulator(asked, cpus).run(asked.operations) == expected, (number, asked)
