"""Each kind of check, both ways; and what holds of all of them."""

import json
from dataclasses import asdict
from typing import Any

import pytest
import yaml

from app.grading.grade import grade
from app.grading.result import NOT_TRIED, Status
from app.grading.sending.fuzz import VARIATIONS, fuzzed
from app.grading.subject import MAX_SOURCE
from app.grading.table import LOADING, PAGE, RUNNING
from app.lessons.lesson import Answer
from app.lessons.schema.expect import Expect
from tests.app.grading.lessons import PASSES, lesson, program
from tests.shared_data import CHECKOUT
from vm.kernel.scenarios.draw import Draw

ROWS = yaml.safe_load((CHECKOUT / "tests/data/grading.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_what_comes_of_a_check(row: dict[str, Any]) -> None:
    made = lesson(
        row["check"], hook=row.get("hook", "xdp"), solution=program(row.get("solution", row["program"]))
    )
    result = grade(made, Answer(program(row["program"]), {}))
    assert result.gradable, result.diagnostics
    check = result.checks[0]
    assert check.status.value == row["status"], check.why
    assert row.get("why", "") in check.why
    assert check.points == (check.of if check.status is Status.PASSED else 0)


SEEDED = {"send": {"run": {"a": "any"}, "repeat": 20}, "expect": {"returns": {"same-as": "solution.bpf"}}}
SECOND = ".bss a u64\nr1 = a ll\nr0 = *(u64 *)(r1 + 0)\nr0 += 1\nexit\n"


def test_equal_submissions_have_equal_results() -> None:
    made = lesson(SEEDED, solution=SECOND.replace("r0 += 1\n", ""))
    first, second = (grade(made, Answer(SECOND, {}), "ada") for _ in range(2))
    assert first == second
    assert not first.passed


def test_random_data_is_drawn_by_learner_and_version() -> None:
    got = set()
    for learner, version in (("ada", 1), ("bob", 1), ("ada", 2)):
        made = lesson(SEEDED, solution=SECOND.replace("r0 += 1\n", ""), version=version)
        got.add(grade(made, Answer(SECOND, {}), learner).checks[0].got)
    assert len(got) == 3


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("r0 = banana\nexit\n", "unknown-name"),
        ("", "empty"),
        ("\x00\x01\x02", None),
        ("r0 = 1\n" * MAX_SOURCE, "too-long"),
        ("; nothing but words\n", "empty"),
        (
            "".join(f".program p{number}\n.hook xdp\nr0 = 2\nexit\n" for number in range(200)),
            "too-many-programs",
        ),
    ],
)
def test_what_does_not_assemble_is_no_attempt(source: str, code: str | None) -> None:
    result = grade(lesson({"expect": {"verifier": "accepted"}}), Answer(source, {}))
    assert not result.gradable
    assert not result.checks
    assert not result.passed
    assert result.diagnostics
    assert code is None or result.diagnostics[0].code == code


HIDDEN = {
    "id": "nobody-may-know-this",
    "title": "A title that gives it away",
    "hidden": True,
    "leak-free": "Look at other packets too.",
    "send": {"udp": {"dport": 4711}},
    "expect": {"verdicts": {"all": "DROP"}},
}


def test_a_learner_sees_nothing_of_a_hidden_check() -> None:
    result = grade(lesson(HIDDEN), Answer(PASSES, {}))
    assert "4711" in result.checks[0].why
    told = result.for_learner()
    text = json.dumps(asdict(told), default=str)
    assert [check.message for check in told.checks] == ["Look at other packets too."]
    for secret in ("nobody-may-know", "gives it away", "4711", "DROP", "XDP_PASS"):
        assert secret not in text


def test_a_visible_check_shows_its_packet() -> None:
    check = {"send": ["arp", {"udp": {"dport": 53}}], "expect": {"verdicts": {1: "PASS", 2: "DROP"}}}
    shown = grade(lesson(check), Answer(PASSES, {})).checks[0].shown
    assert shown is not None
    assert shown.inputs is not None
    assert (shown.packet, len(shown.inputs.packets)) == (1, 2)
    assert shown.inputs.source == PASSES


def test_a_run_is_shown_with_its_values() -> None:
    source = ".bss a u64\nr1 = a ll\nr0 = *(u64 *)(r1 + 0)\nexit\n"
    check = {"send": {"run": {"a": 41}}, "expect": {"returns": 42}}
    shown = grade(lesson(check), Answer(source, {})).checks[0].shown
    assert shown is not None
    assert shown.inputs is not None
    assert ".data a u64 41" in shown.inputs.source


def test_what_goes_through_the_kernel_is_shown_as_a_simulation() -> None:
    check = {"through": "kernel", "send": "arp", "expect": {"verdicts": {"all": "DROP"}}}
    shown = grade(lesson(check), Answer(PASSES, {})).checks[0].shown
    assert shown is not None
    assert shown.simulation is not None
    assert len(shown.simulation.packets) == 1


HINTS = [
    {"when": {"category": "register-type"}, "text": "vague"},
    {"when": {"category": "register-type", "attempts": 2}, "text": "specific"},
    {"when": {"category": "memory"}, "text": "memory"},
    {"when": {"check": "check-1", "got": "XDP_PASS"}, "text": "passes"},
    {"when": {"assembles": False}, "text": "words"},
]


@pytest.mark.parametrize(
    ("source", "attempts", "hints"),
    [
        ("exit\n", 1, ("vague",)),
        ("exit\n", 2, ("vague", "specific")),
        (PASSES, 3, ("passes",)),
        ("r0 = \n", 1, ("words",)),
        ("r0 = XDP_DROP\nexit\n", 1, ()),
    ],
)
def test_hints_by_diagnosis(source: str, attempts: int, hints: tuple[str, ...]) -> None:
    made = lesson(
        {"expect": {"verifier": "accepted"}},
        {"send": "arp", "expect": {"verdicts": {"all": "DROP"}}},
        hints=HINTS,
    )
    assert grade(made, Answer(source, {}), attempts=attempts).hints == hints


def test_a_refusal_is_told_once_and_brings_no_hints_for_later() -> None:
    sends = {"send": "tcp-syn", "expect": {"verdicts": {"all": "PASS"}}}
    told = lesson(
        {"expect": {"verifier": "accepted"}}, sends, {**sends, "hidden": True, "leak-free": "The end."},
        hints=[
            {"when": {"check": "check-1"}, "text": "About what it does."},
            {"when": {"check": "check-0"}, "text": "About loading."},
            {"when": {"check": "check-1", "category": "register-type"}, "text": "About the register."},
        ],
    )  # fmt: skip
    result = grade(told, Answer(program("r0 = r7;;exit"), {}))
    messages = [check.message for check in result.for_learner().checks]
    assert "Linux refuses" in messages[0]
    assert messages[1:] == [NOT_TRIED, NOT_TRIED]
    assert result.hints == ("About loading.", "About the register.")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (".map m array value=u64 entries=100000000\n" + PASSES, "takes 800,000,000 bytes"),
        (".hook lwt_in\n" + PASSES, "there is no hook lwt_in"),
        (".hook xdp\n" + "r0 = 2\n" * 9000 + "exit\n", ""),
    ],
)
@pytest.mark.parametrize("through", ["program", "kernel"])
def test_an_enormous_submission_is_answered(source: str, why: str, through: str) -> None:
    check = {"through": through, "send": "arp", "expect": {"verdicts": {"all": "PASS"}}}
    found = grade(lesson(check), Answer(source, {})).checks[0]
    assert found.status is (Status.FAILED if why else Status.PASSED)
    assert why in found.message


ENDLESS = """r1 = 8000000
r2 = back ll
r3 = 0
r4 = 0
call bpf_loop
r0 = 2
exit
back: r0 = 0
exit
"""


@pytest.mark.parametrize("through", ["program", "kernel"])
def test_a_program_that_takes_too_many_steps_is_answered(through: str) -> None:
    check = {"through": through, "send": {"tcp": {}, "repeat": 50}, "expect": {"verdicts": {"all": "PASS"}}}
    result = grade(lesson(check), Answer(ENDLESS, {}))
    assert not result.passed
    assert "did not come to its end within" in result.checks[0].message


def test_every_kind_of_expectation_has_its_judge() -> None:
    assert {*LOADING, *RUNNING} | PAGE == set(Expect.model_fields)


def test_the_guide_names_every_kind_and_every_way_to_vary_packets() -> None:
    guide = (CHECKOUT / "docs/authoring.md").read_text(encoding="utf-8")
    assert [name for name in Expect.model_fields if f"`{name}: " not in guide] == []
    assert [name for name in VARIATIONS if f"`{name}`" not in guide] == []


@pytest.mark.parametrize("name", VARIATIONS)
def test_every_variation_makes_packets_that_can_be_sent(name: str) -> None:
    for base in ("tcp-syn", "udp-dns", "arp", "ipv6-tcp", "vlan-tcp"):
        packets = list(fuzzed(base, [name], 20, Draw(1, name)))
        assert len(packets) == 20
        assert all(14 <= len(packet) <= 65_535 for packet in packets)
        assert packets == list(fuzzed(base, [name], 20, Draw(1, name)))
