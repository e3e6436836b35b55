"""Drop reasons are Linux's: the numbers its BTF gives, each explained."""

import pytest

from vm.kernel.simulation.drops import ABOUT, Reason
from vm.uapi.tracing import drop_reasons


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_the_number_is_the_kernel_s(reason: Reason) -> None:
    assert drop_reasons()[reason.name] == reason


def test_every_reason_to_drop_is_explained() -> None:
    assert set(ABOUT) == set(Reason) - {Reason.NOT_DROPPED_YET, Reason.CONSUMED}


def test_names_are_spelled_as_in_the_source() -> None:
    assert Reason.IP_CSUM.kernel_name == "SKB_DROP_REASON_IP_CSUM"
    assert Reason.CONSUMED.kernel_name == "SKB_CONSUMED"
