"""Program texts as they come: half typed, huge, binary, misspelt; each mistake has its place."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.schemas.base import MAX_SOURCE
from tests.app.live import Live
from tests.app.over_http import Reply, http, kept, save
from tests.browser.server import Served

EXAMPLE = (Path(__file__).parents[3] / "lessons/examples/syn_guard/program.bpf").read_text("utf-8")
LIMIT = 1_000_000
"""Characters that are assembled."""


def checked(served: Served, source: str) -> Reply:
    return http(served, "/api/check", {"source": source})


def test_a_program_is_checked_at_every_key(served: Served) -> None:
    lines = EXAMPLE.splitlines()
    ends = [*range(0, len(EXAMPLE), 5), len(EXAMPLE)]
    for end in ends:
        reply = checked(served, EXAMPLE[:end])
        assert reply.status == 200
        for found in reply.body["diagnostics"]:
            span = found["span"]
            assert found["message"]
            assert span is None or 1 <= span["line"] <= len(lines)
    assert reply.body["ok"] is True


def test_a_half_typed_line_is_told_of_alone(served: Served) -> None:
    mistakes = checked(served, "r0 = 2\nr1 = *(u32 *)(r1 +\nexit").body["diagnostics"]
    assert {found["span"]["line"] for found in mistakes} == {2}


def fill(line: str) -> str:
    return line * (LIMIT // len(line))


HUGE = {
    "one line": "a" * LIMIT,
    "line feeds": "\n" * LIMIT,
    "instructions": fill("r0 = 0\n"),
    "exits": fill("exit\n"),
    "brackets": "(" * LIMIT,
    "a string": '.string s "' + "x" * (LIMIT - 20) + '"',
    "labels": "".join(f"l{n}:\n" for n in range(100_000)),
    "far jumps": "".join(f"if r1 > {n} goto far\n" for n in range(40_000)) + "far: exit",
    "branches": "".join(f"if r1 > {n} goto l{n}\nr0 = 1\nl{n}:\n" for n in range(20_000)) + "exit",
    "programs": fill(".program p\nexit\n"),
    "maps": "".join(f".map m{n} hash key=u32 value=u64 entries=1\n" for n in range(20_000)) + "exit",
    "mistakes": fill("call bpf_map_lookup_elm\n"),
    "zeros": "\0" * LIMIT,
    "letters of all kinds": fill("é漢😀\u202e\n"),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_megabyte_of_text_is_answered(served: Served, name: str) -> None:
    started = time.monotonic()
    reply = checked(served, HUGE[name])
    assert reply.status == 200
    assert reply.body["ok"] or all(found["message"] for found in reply.body["diagnostics"])
    assert reply.body["ok"] or reply.body["diagnostics"]
    assert time.monotonic() - started < 20  # 2 seconds on a machine that does nothing else


@pytest.mark.parametrize(("size", "code"), [(LIMIT + 1, "too-long"), (MAX_SOURCE, "too-long")])
def test_a_text_over_the_limit_is_a_mistake_of_the_text(served: Served, size: int, code: str) -> None:
    (found,) = checked(served, "\n" * size).body["diagnostics"]
    assert found["code"] == code
    assert f"{LIMIT:,}" in found["message"]


def test_a_text_no_message_may_hold_is_refused_with_the_limit(served: Served) -> None:
    for reply in (checked(served, "\n" * (MAX_SOURCE + 1)), save(served, "\n" * (MAX_SOURCE + 1))):
        assert (reply.status, reply.body["code"]) == (422, "too-long")
        assert f"{MAX_SOURCE:,}" in reply.body["message"]


def test_a_megabyte_is_saved_and_comes_back(served: Served) -> None:
    source = fill("r0 = 0 ; é漢😀\n")
    assert kept(served, save(served, source).body["id"]) == source


def test_a_text_with_half_a_character_is_refused(served: Served) -> None:
    reply = http(served, "/api/check", b'{"source": "r0 = 0 \\ud800"}')
    assert (reply.status, reply.body["code"]) == (422, "bad-message")


@pytest.mark.parametrize(
    "garbage", [bytes(range(256)), b"\x7fELF\x02\x01\x01" + b"\0" * 200, b"\xff" * 999, b"\0" * 8]
)
def test_binary_garbage_as_a_program_is_pointed_at(
    served: Served, connect: Callable[[Served], Live], garbage: bytes
) -> None:
    source = garbage.decode("utf-8", "replace")
    mistakes = checked(served, source).body["diagnostics"]
    assert mistakes[0]["span"]["line"] == 1
    session = connect(served)
    session.run({"source": source, "packets": ["00" * 64]})
    failure = session.wait("run:failed")["failure"]
    assert (failure["code"], failure["span"][0]) == (mistakes[0]["code"], 1)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("call bpf_map_lookup_elm\nexit", "did you mean `bpf_map_lookup_elem`?"),
        ("call bpf_xdp_ajust_head\nexit", "did you mean `bpf_xdp_adjust_head`?"),
    ],
)
def test_a_misspelt_helper_is_said_before_and_at_the_run(
    served: Served, connect: Callable[[Served], Live], source: str, hint: str
) -> None:
    found: Any = checked(served, source).body["diagnostics"][0]
    assert (found["span"]["line"], found["hint"]) == (1, hint)
    session = connect(served)
    session.run({"source": source, "packets": ["00" * 64]})
    failure = session.wait("run:failed")["failure"]
    assert (failure["code"], failure["hint"]) == (found["code"], hint)


@pytest.mark.parametrize("number", ["99999", "-1", "0", "0x7fffffff"])
def test_a_helper_there_is_none_of_ends_the_run_with_its_number(
    served: Served, connect: Callable[[Served], Live], number: str
) -> None:
    session = connect(served)
    session.run({"source": f"call {number}\nexit", "packets": ["00" * 64]})
    session.wait("run:done")
    end = session.wait("run:window")["steps"][-1]["changes"][-1]
    assert (end["how"], str(int(number, 0)) in end["message"]) == ("fault", True)
