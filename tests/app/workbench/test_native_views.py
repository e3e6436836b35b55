"""The machine code of the examples as the JIT screen gets it."""

import json
from typing import Any

import pytest

from app.workbench.examples import load
from app.workbench.native_views import native

SOURCES = {example.id: example.inputs for example in load()}
BY_LOCAL_CALL = "    r1 = 7\n    call half\n    exit\nhalf:\n    r0 = r1\n    r0 /= r1\n    exit\n"


def ask(source: str, form: str = "kernel", hook: str = "xdp") -> Any:
    return json.loads(native(json.dumps({"source": source, "hook": hook, "form": form})))


def example(name: str, form: str = "kernel") -> Any:
    return ask(SOURCES[name].source, form, SOURCES[name].hook)


def groups(reply: Any) -> list[Any]:
    return [group for function in reply["functions"] for group in function["groups"]]


@pytest.mark.parametrize(
    ("form", "machine_bytes", "machine_insns"),
    [("kernel", 273, 68), ("guarded", 1318, 261), ("proved", 1038, 209)],
)
def test_sizes_of_an_example(form: str, machine_bytes: int, machine_insns: int) -> None:
    sizes = example("syn_guard", form)["sizes"]
    assert (sizes["machine_bytes"], sizes["machine_insns"]) == (machine_bytes, machine_insns)
    assert (sizes["bpf_slots"], sizes["rewritten_slots"]) == (49, 53)
    assert (sizes["checks"], sizes["dropped"], sizes["saved_bytes"]) == (9, 6, 280)


@pytest.mark.parametrize(
    ("name", "rewritten"),
    [
        ("syn_guard", {1: "context", 2: "context", 21: "lookup", 40: "context"}),
        ("socket_filter", {1: "legacy", 3: "legacy"}),
    ],
)
def test_what_linux_rewrote(name: str, rewritten: dict[int, str]) -> None:
    found = {group["pc"]: group["rewritten"] for group in groups(example(name)) if group["rewritten"]}
    assert found == rewritten


def test_functions_one_by_one_with_the_checks_of_a_division() -> None:
    reply = ask(BY_LOCAL_CALL)
    assert [function["name"] for function in reply["functions"]] == ["program", "half"]
    division = next(group for group in groups(reply) if group["rewritten"] == "division")
    assert (division["pc"], len(division["became"]) > 1) == (4, True)


@pytest.mark.parametrize("form", ["kernel", "guarded", "proved"])
def test_every_instruction_and_every_byte_is_shown_once(form: str) -> None:
    reply = example("checksum_loop", form)
    pcs = [group["pc"] for group in groups(reply) if group["pc"] is not None]
    assert len(pcs) == len(set(pcs))
    shown = sum(len(insn["code"]) // 2 for group in groups(reply) for insn in group["insns"])
    assert shown == reply["sizes"]["machine_bytes"]


@pytest.mark.parametrize(("form", "shown"), [("kernel", False), ("proved", False), ("guarded", True)])
def test_of_a_refused_program_only_what_needs_no_proof_is_shown(form: str, shown: bool) -> None:
    reply = example("null_value", form)
    assert (bool(reply["functions"]), bool(reply["refused"])) == (shown, not shown)


def test_mistakes_are_told_where_there_is_no_program() -> None:
    reply = ask("    r1 = bogus\n")
    assert (reply["functions"], reply["diagnostics"][0]["span"]["line"]) == ([], 1)


def test_a_program_too_long_to_show_is_told_so() -> None:
    reply = ask("    r0 = 1\n" * 5_000 + "    exit\n")
    assert (reply["refused"], reply["functions"]) == ("5,001 slots are too many to show here.", [])


def test_instructions_stand_as_they_were_written_and_maps_by_name() -> None:
    by_pc = {group["pc"]: group for group in groups(example("syn_guard"))}
    assert by_pc[19]["text"] == "r1 = syn_count ll"
    assert by_pc[19]["insns"][0]["symbol"] == "syn_count"
    assert by_pc[25]["text"] == "if r1 > 9 goto drop"
