"""Several CPUs at once: every order of their steps that another CPU could tell apart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.grading.budget import Budget
from app.grading.grade import grade
from app.grading.sending.carry_out import carry_out
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.lesson import Answer
from app.lessons.schema.checks import Check
from app.workbench.watch import unwatched
from tests.app.grading.lessons import NO_FILES, lesson

HEAD = """.map m array value=u64 entries=1
*(u32 *)(r10 - 4) = 0
r1 = m ll
r2 = r10
r2 += -4
call bpf_map_lookup_elem
if r0 == 0 goto out
"""
TAIL = "out: r0 = 2\nexit\n"
RACY = HEAD + "r1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\n" + TAIL
ATOMIC = HEAD + "r1 = 1\nlock *(u64 *)(r0 + 0) += r1\n" + TAIL
PER_CPU = RACY.replace("array", "percpu_array")


def meeting(repeat: int, cpus: int = 2, orders: str | None = "all") -> dict[str, Any]:
    """Packets on several CPUs."""
    send: dict[str, Any] = {"packet": "tcp-syn", "repeat": repeat, "cpus": list(range(cpus))}
    return {"send": {**send, **({"interleavings": orders} if orders else {})}}


def counts(source: str, sends: Mapping[str, Any]) -> set[int]:
    """What the map's only counter holds, over all endings."""
    check = Check.model_validate({"id": "x", "title": "x", **sends, "expect": {"map": {"m": {}}}})
    subject = Subject(Answer(source, {}), "xdp", Budget(unwatched()))
    files = Files(Path(), NO_FILES)
    found = set()
    for observed in carry_out(subject, check, files, 1, Budget(unwatched())):
        value = next(value for _, value in observed.maps["m"].items())
        found.add(sum(int.from_bytes(value[at : at + 8], "little") for at in range(0, len(value), 8)))
    return found


@pytest.mark.parametrize(
    ("source", "sends", "found"),
    [
        (RACY, meeting(2, orders=None), {2}),  # in turn
        (RACY, meeting(2), {1, 2}),
        (RACY, meeting(4), {2, 3, 4}),  # also 2: one CPU's old value may come last of all
        (RACY, meeting(3, cpus=3), {1, 2, 3}),
        (ATOMIC, meeting(4), {4}),
        (ATOMIC, meeting(3, cpus=3), {3}),
        (PER_CPU, meeting(4), {4}),
    ],
)
def test_all_endings_are_found(source: str, sends: Mapping[str, Any], found: set[int]) -> None:
    assert counts(source, sends) == found


def test_some_orders_find_a_lost_update_too() -> None:
    assert 1 in counts(RACY, meeting(2, orders="random"))


def test_the_order_is_told() -> None:
    check = {**meeting(2), "expect": {"map": {"m": {0: 2}}}}
    told = grade(lesson(check), Answer(RACY, {})).checks[0].message
    assert "m[0] should be 2, and is 1" in told
    assert "in this order: CPU 0 up to line" in told


def test_more_orders_than_can_be_tried_are_told() -> None:
    check = {**meeting(40, cpus=4), "expect": {"map": {"m": {0: {"at-least": 1}}}}}
    result = grade(lesson(check), Answer(RACY, {}))
    assert "only the orders within 20,000 turns were tried" in result.checks[0].why


def test_programs_that_take_turns_without_end_are_answered() -> None:
    check = {**meeting(400), "expect": {"map": {"m": {0: 400}}}}
    result = grade(lesson(check), Answer(ATOMIC, {}))
    assert "took more than 500 turns" in result.checks[0].message


def test_sends_that_follow_one_another_meet() -> None:
    alone: dict[str, Any] = {"packet": "tcp-syn", "cpus": [0]}
    sends = [{**alone, "interleavings": "all"}, {**alone, "cpus": [1], "interleavings": "all"}]
    assert counts(RACY, {"send": sends}) == {1, 2}
    assert counts(RACY, {"send": [sends[0], "arp", sends[1]]}) == {3}


def test_what_comes_behind_a_meeting_comes_in_every_order() -> None:
    assert counts(RACY, {"send": [meeting(2)["send"], "arp"]}) == {2, 3}
