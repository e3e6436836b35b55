"""The race: who takes part, and what is told of it."""

import json
from typing import Any

import pytest

from app.linux.bpf import unavailable
from app.schemas.native import RaceRequest
from app.workbench.examples import load
from app.workbench.native_asked import not_runnable
from app.workbench.native_race import race
from app.workbench.verdict import programs_of
from vm.jit.runner import runner
from vm.source import HookscopeError

INPUTS = {example.id: example.inputs for example in load()}
NATIVE = ("machine", "python", "native")
ALL = ("machine", "python", "native", "batch", "proved", "kernel")
NOT_ALLOWED = "not allowed here"


def run(name: str, rounds: int = 1, forbidden: str = NOT_ALLOWED, **more: Any) -> Any:
    message: dict[str, Any] = {"inputs": INPUTS[name].model_dump(), "runs": 3, **more}
    for _ in range(rounds):
        reply = json.loads(race(json.dumps(message), forbidden))
        message["samples"] = [{"engine": lane["engine"], "ns": lane["ns"]} for lane in reply["lanes"]]
    return reply


def test_rounds_add_up_to_a_median_with_its_spread() -> None:
    reply = run("checksum_loop", rounds=3)
    assert (reply["rounds"], reply["runs"]) == (3, 3)
    for lane in reply["lanes"]:
        assert len(lane["ns"]) == 3
        assert lane["low"] <= lane["median"] <= lane["high"]
    assert reply["lanes"][0]["ratio"] == 1
    assert "3 times a round" in reply["method"]
    assert "Python" in reply["machine"]


def test_who_does_not_take_part_says_why() -> None:
    absent = {found["engine"]: found["why"] for found in run("checksum_loop")["absent"]}
    assert absent["kernel"] == NOT_ALLOWED
    assert ("native" in absent) == (runner.unavailable() is not None)


def test_all_who_run_answer_alike() -> None:
    assert run("checksum_loop")["agree"].startswith("All answered ")


@pytest.mark.skipif(unavailable() is not None, reason=f"no kernel to ask: {unavailable()}")
@pytest.mark.parametrize("name", ["syn_guard", "socket_filter"])
def test_the_kernel_takes_part_where_it_may(name: str) -> None:
    reply = run(name, forbidden="")
    lane = next(lane for lane in reply["lanes"] if lane["engine"] == "kernel")
    assert lane["median"] >= 1
    assert reply["agree"].startswith("All answered ")


@pytest.mark.skipif(runner.unavailable() is not None, reason=f"no native code: {runner.unavailable()}")
@pytest.mark.parametrize(
    ("name", "engines", "note"),
    [
        ("checksum_loop", [*NATIVE, "batch", "proved"], ""),
        ("syn_guard", [*NATIVE, "batch", "proved"], "packets were finished by the interpreter"),
        ("null_value", [*NATIVE, "batch"], ""),
        ("socket_filter", [*NATIVE], ""),
    ],
)
def test_native_code_takes_part_as_far_as_it_can(name: str, engines: list[str], note: str) -> None:
    reply = run(name, runs=20)
    lanes = {lane["engine"]: lane for lane in reply["lanes"]}
    assert list(lanes) == engines
    assert note in lanes[engines[-1]]["how"]
    assert {found["engine"] for found in reply["absent"]} == {*ALL} - {*engines}
    assert not reply["agree"].startswith("They did not")


def test_the_first_round_says_how_often_the_packet_is_sent() -> None:
    assert 1 <= run("checksum_loop", runs=0)["runs"] <= 1_000


@pytest.mark.parametrize("broken", [{"runs": 10**9}, {"samples": [{"engine": "x", "ns": []}]}, {"runs": -1}])
def test_what_a_browser_makes_up_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        RaceRequest.model_validate({"inputs": INPUTS["syn_guard"].model_dump(), **broken})


def test_a_hook_without_packets_has_no_race() -> None:
    inputs = INPUTS["syn_guard"].model_copy(
        update={"source": "    r0 = 0\n    exit\n", "hook": "kprobe/do_sys_openat2"}
    )
    with pytest.raises(HookscopeError, match="sent packets"):
        race(json.dumps({"inputs": inputs.model_dump()}), "")


@pytest.mark.parametrize(
    ("hook", "body", "why"),
    [
        ("xdp", "    r0 = 1\n    exit\n", ""),
        (
            "tc",
            "    r2 = 1\n    r3 = 0\n    call bpf_clone_redirect\n    exit\n",
            "it calls bpf_clone_redirect",
        ),
        ("kprobe/do_sys_openat2", "    r0 = 0\n    exit\n", "the kernel does not test-run kprobe programs"),
    ],
)
def test_what_the_kernel_is_never_made_to_run(hook: str, body: str, why: str) -> None:
    assert not_runnable(programs_of(body, hook)[0]).startswith(why)
    assert bool(not_runnable(programs_of(body, hook)[0])) == bool(why)
