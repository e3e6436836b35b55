"""Map operations against the recorded answers of Linux 6.18."""

import pytest

from tests.vm.maps import recorded
from tests.vm.maps.on_simulator import OnSimulator
from tests.vm.maps.sequences import KINDS, digest, sequence
from tests.vm.maps.specs import specs
from vm.maps.check import LIMITS, refusal
from vm.maps.create import KINDS as MODELED
from vm.uapi.errno import errno_name
from vm.uapi.map_types import MapType


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_operations_answer_as_the_kernel(kind: MapType) -> None:
    golden = recorded.read(recorded.SEQUENCES.name)
    cpus, kept = golden["cpus"], golden["kinds"][kind.name]
    answers = kept["answers"]
    assert digest(kind, len(answers), cpus) == kept["digest"], "record anew: python3 dev.py golden maps"
    for number, expected in enumerate(answers):
        asked = sequence(kind, number, cpus)
        results = OnSimulator(asked, cpus).run(asked.operations)
        for place, (result, answer) in enumerate(zip(results, expected, strict=True)):
            assert recorded.plain(result) == answer, (number, asked.spec, asked.operations[: place + 1])


@pytest.mark.parametrize("kind", LIMITS, ids=lambda kind: kind.label)
def test_the_same_maps_are_made(kind: MapType) -> None:
    answers = recorded.read(recorded.CREATION.name)["kinds"][kind.name]
    for spec, answer in zip(specs(kind), answers, strict=True):
        refused = refusal(spec)
        assert errno_name(refused.errno if refused else 0) == errno_name(answer), spec


def test_every_modeled_type_is_compared() -> None:
    assert set(MODELED) == set(LIMITS) == {*KINDS, MapType.STACK_TRACE}, "only programs write stacks"
