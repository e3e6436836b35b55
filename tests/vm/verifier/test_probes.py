"""Small programs of all types get Linux's verdict and Linux's words."""

from collections import defaultdict

import pytest

from app.linux.log import masked
from tests.verifier.probes import Probe, read
from tests.verifier.recorded import digest
from vm.verifier import verify

BY_SUBJECT: dict[str, list[Probe]] = defaultdict(list)
for _probe in read():
    BY_SUBJECT[_probe.name.partition(" ")[0]].append(_probe)


def difference(probe: Probe) -> str | None:
    report = verify(probe.program, probe.options)
    mine = (report.errno.name if report.errno else "", report.error, report.processed)
    if mine != (probe.errno, probe.error, probe.processed):
        return f"{probe.name}: {mine} {probe}"
    return None if digest(masked(report.log)) == probe.log else f"{probe.name}: another log"


def test_there_are_probes_of_many_subjects_on_both_sides() -> None:
    probes = [probe for rows in BY_SUBJECT.values() for probe in rows]
    assert len(probes) >= 12_000
    assert len(BY_SUBJECT) >= 35
    assert len({probe.ask["prog_type"] for probe in probes}) >= 28
    assert sum(1 for probe in probes if not probe.errno) >= 2500


@pytest.mark.parametrize("subject", BY_SUBJECT)
def test_every_answer_is_the_kernels(subject: str) -> None:
    assert [found for probe in BY_SUBJECT[subject] if (found := difference(probe))] == []
