"""Linux's image beside ours: the recorded ones, and how differences are told."""

import json
from typing import Any

import pytest

from app.linux.bpf import unavailable
from app.workbench.examples import load
from app.workbench.native_align import aligned, decoded
from app.workbench.native_linux import linux
from tests.app.workbench.test_native_views import SOURCES

LOOP = "    r0 = 0\nagain:\n    r0 += 1\n    if r0 < 9 goto again\n    exit\n"
NOT_ALLOWED = "not allowed here"
CODE = {
    "mov eax, 2; ret": "b802000000c3",
    "mov eax, 3; ret": "b803000000c3",
    "endbr64; mov eax, 2; ret": "f30f1efab802000000c3",
    "call out; ret": "e800100000c3",
    "call elsewhere; ret": "e800200000c3",
    "movabs rdi, a": "48bf00d4f6048188ffff",
    "movabs rdi, b": "48bf00d4f6048199ffff",
    "movabs rdi, 5": "48bf0500000000000000",
}


def ask(source: str, *, live: bool = False, forbidden: str = NOT_ALLOWED) -> Any:
    return json.loads(linux(json.dumps({"source": source, "hook": "xdp", "live": live}), forbidden))


@pytest.mark.parametrize(
    "name", [e.id for e in load() if e.group == "run" and e.id not in ("endless", "null_value")]
)
def test_the_recorded_image_of_an_example_differs_in_addresses_alone(name: str) -> None:
    inputs = SOURCES[name]
    reply = json.loads(linux(json.dumps({"source": inputs.source, "hook": inputs.hook}), NOT_ALLOWED))
    assert (reply["source"], reply["release"], reply["other"]) == ("recorded", "6.18.44", 0)
    assert reply["same"] > 0
    assert all(function["size"] > 0 for function in reply["functions"])


def test_of_other_programs_it_says_how_to_ask() -> None:
    reply = ask(LOOP)
    assert (reply["source"], reply["functions"], reply["may_ask"]) == ("", [], False)
    assert "--ask-kernel" in reply["why"]


@pytest.mark.parametrize("name", ["null_value", "why_null"])
def test_of_a_refused_program_there_is_none(name: str) -> None:
    assert ask(SOURCES[name].source)["why"] == "There is no kernel form to compare with."


def test_no_kernel_is_asked_where_that_is_forbidden() -> None:
    assert ask(LOOP, live=True)["source"] == ""


@pytest.mark.skipif(unavailable() is not None, reason=f"no kernel to ask: {unavailable()}")
def test_this_machines_kernel_is_asked_and_its_addresses_stay_with_it() -> None:
    reply = ask(SOURCES["syn_guard"].source, live=True, forbidden="")
    assert (reply["source"], reply["may_ask"]) == ("asked", True)
    calls = [p["linux"] for f in reply["functions"] for p in f["pairs"] if p["differs"] == "address"]
    assert calls
    assert all(set(insn["code"][2 * insn["blank"][0] :]) == {"0"} for insn in calls)


@pytest.mark.parametrize(
    ("ours", "theirs", "rows"),
    [
        ("mov eax, 2; ret", "mov eax, 2; ret", ["", ""]),
        ("mov eax, 2; ret", "mov eax, 3; ret", ["other", ""]),
        ("mov eax, 2; ret", "endbr64; mov eax, 2; ret", ["only there", "", ""]),
        ("endbr64; mov eax, 2; ret", "mov eax, 2; ret", ["only here", "", ""]),
        ("call out; ret", "call elsewhere; ret", ["address", ""]),
        ("movabs rdi, a", "movabs rdi, b", ["address"]),
        ("movabs rdi, 5", "movabs rdi, a", ["other"]),
    ],
)
def test_differences_are_told_instruction_by_instruction(ours: str, theirs: str, rows: list[str]) -> None:
    pairs = aligned(*(decoded(bytes.fromhex(CODE[side]), "intel") for side in (ours, theirs)))
    told = [
        "only there" if pair.ours is None else "only here" if pair.linux is None else pair.differs
        for pair in pairs
    ]
    assert told == rows
