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


def test_sizes_of_an_example_form_by_form() -> None:
    kernel, guarded, proved = (
        example("syn_guard", form)["sizes"] for form in ("kernel", "guarded", "proved")
    )
    assert (kernel["machine_bytes"], kernel["machine_insns"]) == (273, 68)
    for sizes in (kernel, guarded, proved):
        assert (sizes["bpf_slots"], sizes["rewritten_slots"]) == (49, 53)
        assert (sizes["checks"], sizes["dropped"]) == (9, 6)
        assert sizes["saved_bytes"] == guarded["machine_bytes"] - proved["machine_bytes"] > 0


@pytest.mark.parametrize(
    ("pc", "proved"),
    [
        (1, "bytes 4 to 7 of the context: a field that such a program may use"),
        (15, "a comparison with data_end left 54 bytes of the packet; this touches bytes 26 to 29"),
        (16, "fp-4 to fp-1 lies within the 512 bytes of the frame"),
        (24, "r0 is a value of syn_count, 8 bytes, and not null; this touches bytes 0 to 7"),
        (25, ""),
    ],
)
def test_what_the_verifier_proved_of_an_access(pc: int, proved: str) -> None:
    by_pc = {group["pc"]: group for group in groups(example("syn_guard"))}
    assert by_pc[pc]["proved"] == proved


@pytest.mark.parametrize(
    ("form", "checks"),
    [
        ("kernel", {6: "", 16: "", 1: ""}),
        ("guarded", {6: "needless", 16: "frame", 1: "made"}),
        ("proved", {6: "dropped", 16: "frame", 1: "made"}),
    ],
)
def test_which_checks_are_made(form: str, checks: dict[int, str]) -> None:
    by_pc = {group["pc"]: group["check"] for group in groups(example("syn_guard", form))}
    assert {pc: by_pc[pc] for pc in checks} == checks


@pytest.mark.parametrize(("pc", "knows"), [(0, "ucuuuucuuus"), (6, "ucenuucpuus"), (21, "mmsnuucpuus")])
def test_what_the_registers_hold(pc: int, knows: str) -> None:
    """What is written is told as it is behind the instruction."""
    assert {group["pc"]: group["knows"] for group in groups(example("syn_guard"))}[pc] == knows


@pytest.mark.parametrize(
    ("more", "pc", "texts"),
    [
        ({"syntax": "att"}, 24, ["lock xaddq %rdi, (%rax)"]),
        ({"syntax": "att"}, 19, ["movabsq $…, %rdi"]),
        ({"arch": "aarch64"}, 24, ["ldaddal x0, x0, [x7]"]),
    ],
)
def test_other_machines_and_ways_to_write(more: dict[str, str], pc: int, texts: list[str]) -> None:
    message = {"source": SOURCES["syn_guard"].source, **more}
    reply = json.loads(native(json.dumps(message)))
    found = {group["pc"]: [insn["text"] for insn in group["insns"]] for group in groups(reply)}
    assert found[pc] == texts


@pytest.mark.parametrize("form", ["guarded", "proved"])
def test_what_runs_is_for_x86_whatever_was_asked(form: str) -> None:
    message = {"source": SOURCES["syn_guard"].source, "arch": "aarch64", "form": form}
    assert json.loads(native(json.dumps(message)))["arch"] == "x86_64"


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


def test_a_half_exchange_clears_the_upper_half() -> None:
    body = ("r0 = 0", "r1 = 1", "*(u64 *)(r10 - 8) = 0", "lock cmpxchg32 [r10-8], r1", "exit")
    source = "".join(f"    {line}\n" for line in body)
    kinds = {group["pc"]: group["rewritten"] for group in groups(ask(source))}
    assert kinds[3] == "width"


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
