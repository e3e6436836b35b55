"""Names of things in a run."""

from dataclasses import replace

import pytest

from vm.asm import assemble
from vm.kernel.packet.form import from_form
from vm.kernel.scenario import Scenario, Setup
from vm.story.names import Names
from vm.uapi.prog_types import ProgType

SYN = from_form({"tcp": {"src": "203.0.113.7", "dport": 80, "flags": ["SYN"]}})


def names_of(kind: ProgType) -> Names:
    program = assemble("r0 = 0\nexit").program
    assert program is not None
    return Names(Scenario(Setup((replace(program, prog_type=kind),), kind, (SYN,))).trace(0).seek(0))


@pytest.mark.parametrize(
    "kind", [ProgType.XDP, ProgType.SCHED_CLS, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB]
)
def test_what_follows_from_each_number_the_kernel_keeps_is_told(kind: ProgType) -> None:
    names = names_of(kind)
    fields = names.machine.world.fields
    assert fields
    for kept, before in list(fields.items()):
        whole = names.context_fields()
        fields[kept] = before ^ 1
        told, now = names.context_fields({kept}), names.context_fields()
        fields[kept] = before
        assert whole | told == now, kept
