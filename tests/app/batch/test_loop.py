"""Lines in, lines out: every kind of question, and every kind of bad line."""

import json
from io import BytesIO
from typing import Any

import pytest

from app.batch.loop import answers, lines

MOV_EXIT = "b7000000020000009500000000000000"
HASH = {"type": "hash", "key_size": 4, "value_size": 8, "max_entries": 4}


def ask(*lines: dict[str, Any] | bytes) -> list[dict[str, Any]]:
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [json.loads(line) for line in answers(raw)]


def bytecode(source: str) -> str:
    return str(ask({"op": "asm", "source": source})[0]["insns"])


def test_run_answers_each_packet_in_order() -> None:
    (found,) = ask({"id": "a", "op": "run", "insns": MOV_EXIT, "packets": ["00" * 14, "11" * 60]})
    assert found == {
        "id": "a",
        "runs": [{"retval": 2, "data_out": "00" * 14}, {"retval": 2, "data_out": "11" * 60}],
        "maps": [],
    }


def test_maps_stay_from_packet_to_packet_and_come_back_sorted() -> None:
    source = """
        .map counts hash key=u32 value=u64 entries=4
        r6 = *(u32 *)(r1 + 0)
        *(u32 *)(r10 - 4) = 7
        r1 = counts ll
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
        if r0 == 0 goto out
        r1 = 1
        lock *(u64 *)(r0 + 0) += r1
    out:
        r0 = 2
        exit
    """
    given = HASH | {"init": [["09000000", "05" + "00" * 7], ["07000000", "02" + "00" * 7]]}
    (found,) = ask({"op": "run", "insns": bytecode(source), "maps": [given], "packets": ["00" * 64] * 3})
    assert found["maps"] == [[["07000000", "05" + "00" * 7], ["09000000", "05" + "00" * 7]]]


def test_a_fault_is_said_and_the_next_packet_is_run() -> None:
    source = "r2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 20)\nexit"
    (found,) = ask({"op": "run", "insns": bytecode(source), "packets": ["00" * 14, "07" * 40]})
    assert "past its end" in found["runs"][0]["fault"]
    assert (found["runs"][0]["retval"], found["runs"][1]["retval"]) == (None, 7)


def test_an_endless_loop_stops_at_its_budget() -> None:
    line = {"op": "run", "insns": bytecode("l: r0 = 1\ngoto l"), "packets": ["00" * 14], "max_steps": 500}
    assert "stopped after 500 steps" in ask(line)[0]["runs"][0]["fault"]


def test_asm_and_disasm_are_each_others_inverse() -> None:
    (text,) = ask({"op": "disasm", "insns": MOV_EXIT})
    assert bytecode("\n".join(line["text"] for line in text["lines"])) == MOV_EXIT


def test_cfg_tells_blocks_and_what_linux_refuses() -> None:
    (found,) = ask({"op": "cfg", "insns": bytecode("goto +1\nr0 = 1\nexit")})
    assert [block["first"] for block in found["blocks"]] == [0, 1, 2]
    assert found["rejection"]["error"] == "unreachable insn 1"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", "bad-json"),
        (b"\xff\xfe", "bad-json"),
        (b"[1, 2]", "bad-line"),
        (b"null", "bad-line"),
        (b'{"op": "fly"}', "bad-line"),
        (b'{"op": "run"}', "bad-line"),
        (b'{"op": "run", "insns": "b7"}', "program-length"),
        (b'{"op": "run", "insns": "zz"}', "bad-line"),
        (b'{"op": "run", "insns": "' + MOV_EXIT.encode() + b'", "prog_type": "xpd"}', "unknown-prog-type"),
        (b'{"op": "run", "insns": "00000000000000009500000000000000"}', "linux-unknown-opcode"),
        (b"[" * 100_000, "budget"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "budget"),
        (b"9" * 5_000, "bad-json"),
        (b'{"op": "run", "id": NaN}', "bad-json"),
        (b'{"op": "run", "id": 1e999}', "bad-line"),
        (b'{"op": "asm", "op": "asm", "source": "exit"}', "bad-json"),
        (b'\0{"op": "asm", "source": "exit"}', "bad-json"),
        (b'{"op": "asm\\u0000", "source": "exit"}', "bad-line"),
        (b'{"op": "asm", "source": "\\ud800"}', "bad-line"),
        (b'{"op": "asm", "source": ["exit"]}', "bad-line"),
        (b'{"op": ["asm"], "source": "exit"}', "bad-line"),
        (b'{"op": "asm", "source": "exit", "more": 1}', "bad-line"),
        (b'{"op": "asm", "source": "exit"}{"op": "asm", "source": "exit"}', "bad-json"),
        (b'{"op": "run", "insns": "", "max_steps": 1e30}', "bad-line"),
        (b'{"op": "run", "insns": "", "packets": "00"}', "bad-line"),
        (b'{"op": "run", "insns": "", "packets": [null]}', "bad-line"),
    ],
)
def test_a_bad_line_gets_an_error_and_the_next_is_read(line: bytes, code: str) -> None:
    bad, good = ask(line, {"id": 2, "op": "run", "insns": MOV_EXIT, "packets": ["00" * 14]})
    assert bad["error"]
    assert bad["code"] == code
    assert (good["id"], good["runs"][0]["retval"]) == (2, 2)


def test_hex_may_be_in_either_case() -> None:
    (found,) = ask({"op": "run", "insns": MOV_EXIT.upper(), "packets": ["FF" * 14]})
    assert found["runs"] == [{"retval": 2, "data_out": "ff" * 14}]


def test_a_defect_of_ours_is_said_and_the_next_line_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_line: object) -> dict[str, Any]:
        monkeypatch.undo()
        raise KeyError("ours")

    monkeypatch.setattr("app.batch.loop.answer", broken)
    bad, good = ask({"id": 1, "op": "asm", "source": "exit"}, {"id": 2, "op": "asm", "source": "exit"})
    assert (bad["id"], bad["code"], good["id"], good["ok"]) == (1, "internal", 2, True)


def test_a_line_that_is_too_long_is_skipped_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.batch.loop.MAX_LINE", 100)
    monkeypatch.setattr("app.batch.loop._PIECE", 7)
    good = b'{"op": "asm", "source": "exit"}\n'
    found = [json.loads(line) for line in answers(lines(BytesIO(b"x" * 1_000 + b"\n" + good)))]
    assert [answer.get("code", "ok") for answer in found] == ["too-large", "ok"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"max_entries": 2**32 - 1}, "map-too-big"),
        ({"max_entries": 0}, "map-refused"),
        ({"type": "hashh"}, "unknown-map-type"),
        ({"value_size": 2**31}, "map-refused"),
        ({"init": [["00", "00"]]}, "map-init"),
    ],
)
def test_map_bombs_and_broken_maps_are_refused(changed: dict[str, Any], code: str) -> None:
    (found,) = ask({"op": "run", "insns": MOV_EXIT, "maps": [HASH | changed], "packets": ["00" * 14]})
    assert found["code"] == code


def test_per_cpu_maps_show_the_running_cpus_value() -> None:
    source = """
        .map counts percpu_array key=u32 value=u64 entries=1
        *(u32 *)(r10 - 4) = 0
        r1 = counts ll
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
        if r0 == 0 goto out
        *(u64 *)(r0 + 0) = 9
    out:
        r0 = 2
        exit
    """
    given = HASH | {"type": "percpu_array", "max_entries": 1, "init": [["00000000", "01" + "00" * 7]]}
    line = {"op": "run", "insns": bytecode(source), "maps": [given], "packets": ["00" * 64]}
    for cpu in (0, 1, 5):
        assert ask(line | {"cpu": cpu})[0]["maps"] == [[["00000000", "09" + "00" * 7]]]
    assert ask(line | {"packets": []})[0]["maps"] == [[["00000000", "01" + "00" * 7]]]


def test_verify_answers_with_the_verdict_and_the_words_of_linux() -> None:
    unset = {"id": 1, "op": "verify", "insns": "9500000000000000", "packets": ["00"], "log_level": 2}
    refused, accepted = ask(unset, {"id": 2, "op": "verify", "insns": MOV_EXIT, "attach_type": "xdp"})
    assert {key: refused[key] for key in ("id", "accepted", "errno", "error", "pc", "processed")} == {
        "id": 1,
        "accepted": False,
        "errno": "EACCES",
        "error": "R0 !read_ok",
        "pc": 0,
        "processed": 1,
    }
    assert "0: (95) exit\nR0 !read_ok\n" in refused["log"]
    assert " ".join(refused) == "id accepted errno error log processed total_states category pc"
    assert set(refused) == set(accepted)
    assert (accepted["accepted"], accepted["errno"], accepted["error"], accepted["pc"]) == (
        True,
        None,
        "",
        None,
    )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"profile": "nobody"}, "unknown-profile"),
        ({"attach_type": "xdpp"}, "unknown-attach-type"),
        ({"attach_type": 999}, "unknown-attach-type"),
        ({"log_level": 8}, "bad-line"),
        ({"load_flags": -1}, "bad-line"),
        ({"maps": [HASH | {"key_size": 0}]}, "map-refused"),
    ],
)
def test_a_bad_verify_line_gets_an_error(changed: dict[str, Any], code: str) -> None:
    (found,) = ask({"op": "verify", "insns": MOV_EXIT} | changed)
    assert found["code"] == code
