"""Small programs of all types get Linux's verdict and Linux's words."""

from collections import defaultdict

import pytest

from tests.verifier.probes import Probe, read
from vm.verifier import verify

BY_SUBJECT: dict[str, list[Probe]] = defaultdict(list)
for _probe in read():
    BY_SUBJECT[_probe.name.partition(" ")[0]].append(_probe)


def difference(probe: Probe) -> str | None:
    report = verify(probe.program, probe.options)
    mine = (report.errno.name if report.errno else "", report.error)
    return None if mine == (probe.errno, probe.error) else f"{probe.name}: {mine} {probe}"


def test_there_are_probes_of_many_subjects_on_both_sides() -> None:
    probes = [probe for rows in BY_SUBJECT.values() for probe in rows]
    assert len(probes) >= 4000
    assert len(BY_SUBJECT) >= 8
    assert len({probe.ask["prog_type"] for probe in probes}) >= 28
    assert sum(1 for probe in probes if not probe.errno) >= 800


@pytest.mark.parametrize("subject", BY_SUBJECT)
def test_every_answer_is_the_kernels(subject: str) -> None:
    assert [found for probe in BY_SUBJECT[subject] if (found := difference(probe))] == []
