"""Structural rejections: word for word those of the kernel, and every rule with words for a learner."""

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from hypothesis import given

from tests.oracle import kernel
from tests.shared_data import CHECKOUT, shared
from tests.vm.cfg.programs import EXIT, MOV, branch, garbage, of_slots, program
from tests.vm.cfg.structure_cases import MAPS, mutated
from vm.asm import assemble
from vm.cfg.structure import RULES, Kind, Rejection, check_instruction, check_structure, explain
from vm.encoding import decode, pack, unpack
from vm.instruction import Call, LoadImm64, Slot
from vm.isa import MAX_INSNS, CallKind, ImmKind
from vm.program import Program
from vm.source import Span
from vm.uapi.prog_types import ProgType

GOLDEN = CHECKOUT / "tests/data/cfg/structure.json"
NEVER_IN_GOLDEN = {Kind.TOO_LONG}
"""A million instructions are too many for a file; see below."""


@cache
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text())
    return found


@cache
def messages() -> re.Pattern[str]:
    """Any structural message."""
    texts = (re.escape(rule.message) for rule in RULES.values() if rule.message)
    return re.compile("|".join(re.sub(r"\\\{.*?\\\}", ".+", text) for text in texts))


@cache
def answers() -> list[tuple[str, Rejection | None, int, str, list[int] | None]]:
    """For each golden case: its slots, what we say, and the kernel's errno, line and early functions."""
    found = []
    for frame, prog_type, body, typed, errno, line, functions in golden()["cases"]:
        before, behind = golden()["frames"][frame]
        code = before + body + behind
        slots = unpack(bytes.fromhex(code))
        asked = Program("case", ProgType[prog_type.upper()], slots, decode(slots), maps=MAPS)
        ours = check_structure(asked, func_info=bool(typed))
        found.append((f"{prog_type} {code}", ours, errno, line, functions))
    return found


def verdict(rejection: Rejection | None) -> tuple[int, str]:
    return (0, "") if rejection is None else (int(rejection.errno), rejection.message)


def test_what_the_kernel_refuses_structurally_is_refused_in_its_words() -> None:
    compared, wrong = 0, []
    for code, ours, errno, line, _ in answers():
        if errno and (not line or messages().fullmatch(line)):
            compared += 1
            if verdict(ours) != (errno, line):
                wrong.append((code, (errno, line), verdict(ours)))
    assert wrong == []
    assert compared >= 1_500


def test_what_the_kernel_accepts_is_not_refused() -> None:
    wrong = [(code, verdict(ours)) for code, ours, errno, _, _ in answers() if not errno and ours]
    assert wrong == []


def test_where_data_flow_refuses_first_no_early_rule_is_broken() -> None:
    for code, ours, errno, line, _ in answers():
        if errno and line and not messages().fullmatch(line) and ours:
            assert ours.rule.walked, (code, line, verdict(ours))


def test_the_log_before_an_early_rejection_lists_the_functions() -> None:
    for code, ours, _, _, functions in answers():
        if functions is not None:
            assert ours is not None, code
            log = "".join(f"func#{index} @{start}\n" for index, start in enumerate(functions))
            assert ours.log == log, code


@pytest.mark.kernel
@pytest.mark.skipif(kernel.unavailable() is not None, reason=kernel.unavailable() or "")
def test_fresh_mutations_are_answered_as_this_kernel_does() -> None:
    if not kernel.kernel_version().startswith("6.18."):
        pytest.skip("the rules are those of Linux 6.18")
    maps = [kernel.KernelMap.create(m.type, m.key_size, m.value_size, m.max_entries) for m in MAPS]
    theirs = [made for made in maps if isinstance(made, kernel.KernelMap)]
    assert len(theirs) == len(MAPS)
    compared = 0
    for slots in mutated(250, seed=2):
        if not slots:
            continue
        asked = Program("case", ProgType.XDP, slots, decode(slots), maps=MAPS)
        ours = check_structure(asked)
        loaded = kernel.load(pack(slots), ProgType.XDP, theirs)
        loaded.close()
        if loaded.error == 0:
            assert ours is None, pack(slots).hex()
        elif ours and (not ours.rule.walked or messages().search(loaded.log)):
            compared += 1
            assert ours.errno == loaded.error, pack(slots).hex()
            assert f"\n{ours.message}\n" in f"\n{loaded.log}", pack(slots).hex()
    for made in theirs:
        made.close()
    assert compared > 100


def test_every_rule_was_seen_in_the_kernel() -> None:
    seen = Counter(ours.kind for _, ours, *_ in answers() if ours)
    assert set(Kind) - seen.keys() == NEVER_IN_GOLDEN


def test_there_is_a_limit_to_the_length() -> None:
    slots = (Slot(0xB7),) * MAX_INSNS + (Slot(0x95),)
    ours = check_structure(Program("long", ProgType.XDP, slots, ()))
    assert verdict(ours) == (7, "")


def test_the_negative_files_of_bpf_conformance_are_refused_as_linux_does() -> None:
    path = shared("data/bpf_conformance/negative-kernel.json")
    if path is None:
        pytest.skip("data/bpf_conformance/negative-kernel.json is not on this machine")
    structural = 0
    for case in json.loads(path.read_text()):
        ours = check_structure(of_slots(unpack(bytes.fromhex(case["insns"]))))
        if case["kernel_ok"]:
            assert ours is None, case["file"]
        elif messages().fullmatch(case["error"]):
            structural += 1
            assert ours is not None, case["file"]
            assert (ours.errno.name, ours.message) == (case["errno"], case["error"]), case["file"]
        else:
            assert ours is None or ours.rule.walked, case["file"]
    assert structural > 30


@given(garbage)
def test_anything_gets_an_answer(found: Program) -> None:
    rejection = check_structure(found)
    if rejection is not None:
        diagnostic = explain(rejection, found)
        assert "{" not in diagnostic.message + (diagnostic.hint or "")


def test_every_rule_has_words_for_a_learner() -> None:
    assert set(RULES) == set(Kind)
    for kind, rule in RULES.items():
        assert rule.what.endswith("."), kind
        assert rule.hint, kind
        assert not rule.hint.endswith("."), kind
        assert "{pc}" in rule.what or kind in (Kind.EMPTY, Kind.TOO_LONG), kind


def test_every_rejection_can_be_explained() -> None:
    explained = set()
    for _, ours, *_ in answers():
        if ours and ours.kind not in explained:
            explained.add(ours.kind)
            diagnostic = explain(ours, program(MOV, EXIT))
            assert diagnostic.code == f"linux-{ours.kind.value}"
            assert "{" not in diagnostic.message + (diagnostic.hint or "")
    assert len(explained) == len(Kind) - len(NEVER_IN_GOLDEN)


def test_an_explanation_points_to_the_line() -> None:
    assembly = assemble("r0 = 0\ngoto +5\nexit\n")
    assert assembly.program is not None
    rejection = check_structure(assembly.program)
    assert rejection is not None
    diagnostic = explain(rejection, assembly.program)
    assert diagnostic.span == Span(2, 0, 7)
    assert "goes to pc 7" in diagnostic.message


def test_details_name_the_place_and_the_limits() -> None:
    rejection = check_structure(program(MOV, branch(7), EXIT))
    assert rejection is not None
    assert (rejection.pc, dict(rejection.details)) == (1, {"target": 9, "first": 0, "last": 2})


def test_one_instruction_can_be_asked_about_alone() -> None:
    assert check_instruction(Slot(0xB7, 1, imm=5), ProgType.XDP) is None
    broken = check_instruction(Slot(0xB7, 1, src=2), ProgType.XDP, pc=4)
    assert broken is not None
    assert (broken.message, broken.pc) == ("BPF_MOV uses reserved fields", 4)


def test_function_pointers_need_type_information() -> None:
    found = program(LoadImm64(1, ImmKind.FUNC, 3), MOV, EXIT, MOV, EXIT)
    without = check_structure(found)
    assert without is not None
    assert without.kind is Kind.NO_FUNC_INFO
    assert check_structure(found, func_info=True) is None


def test_a_walk_that_takes_too_long_reports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    late = (*program(*[MOV] * 50).slots, Slot(0x95, imm=1))
    assert check_structure(of_slots(late)) is not None
    monkeypatch.setattr("vm.cfg.structure.walk.MAX_STEPS", 20)
    assert check_structure(of_slots(late)) is None


def test_many_calls_do_not_multiply() -> None:
    levels = 7
    insns: list[Any] = []
    for level in range(levels):
        calls = 20 if level < levels - 1 else 0
        for index in range(calls):
            insns.append(Call(CallKind.LOCAL, calls - index + 1))
        insns += [MOV, EXIT]
    assert check_structure(program(*insns)) is None
