"""Explanations as messages: what a page asks, and what it can do with the answer."""

import pytest

from app.schemas.explain import EditView, ExplainReply, ExplainRequest
from app.workbench.explain import explain
from tests.shared_data import CHECKOUT
from vm.source import HookscopeError

NULL = (CHECKOUT / "lessons/examples/null_value/program.bpf").read_text("utf-8")
GOOD = "r0 = 2\nexit"
FILLED = """.hook xdp
.map seen hash key=u32 value=u64 entries=4 init={1: 7}  ; a comment
        *(u32 *)(r10 - 4) = 1
        r1 = seen ll
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
        r3 = *(u64 *)(r0 + 0)
        r0 = XDP_PASS
        exit
"""


def asked(source: str, **given: object) -> ExplainReply:
    request = ExplainRequest.model_validate({"source": source, "revision": 3, **given})
    return ExplainReply.model_validate_json(explain(request.model_dump_json()))


def applied(source: str, edits: list[EditView]) -> str:
    lines = source.split("\n")
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.start), reverse=True):
        line = lines[edit.line - 1]
        lines[edit.line - 1] = line[: edit.start] + edit.text + line[edit.end :]
    return "\n".join(lines)


def test_an_accepted_program_has_no_explanation() -> None:
    reply = asked(GOOD)
    assert (reply.revision, reply.accepted, reply.explanation) == (3, True, None)


def test_a_rejection_is_explained_patched_and_witnessed() -> None:
    about = asked(NULL).explanation
    assert about is not None
    assert (about.kind, about.place.line) == ("mem-maybe-null", 13)
    assert asked(applied(NULL, about.patches[0].edits)).accepted
    assert about.witness is not None
    assert about.witness.hook == "xdp"
    assert about.caution is None


def test_patches_and_witness_can_be_left_out() -> None:
    about = asked(NULL, patches=False, witness=False).explanation
    assert about is not None
    assert (about.patches, about.witness, about.caution) == ([], None, None)


def test_contents_a_witness_wants_can_be_written_into_the_text() -> None:
    about = asked(FILLED).explanation
    assert about is not None
    assert about.witness is not None
    assert [(one.name, one.entries) for one in about.witness.contents] == [("seen", [])]
    assert "entries=4  ; a comment" in applied(FILLED, about.witness.edits)


def test_profiles_and_attach_types_are_known() -> None:
    assert asked("r0 = r10\nexit").accepted
    about = asked("r0 = r10\nexit", profile="no-perfmon").explanation
    assert about is not None
    assert about.kind == "leak-return"


BOTH_HOOKS = """.hook xdp
        r0 = 0
        r2 = *(u32 *)(r1 + 76)
        r3 = *(u32 *)(r1 + 80)
        r0 = *(u8 *)(r2 + 60)
        exit
"""


@pytest.mark.parametrize(
    ("hook", "kind", "error"),
    [
        (None, "context-no-field", "invalid bpf_context access off=76 size=4"),
        ("xdp", "context-no-field", "invalid bpf_context access off=76 size=4"),
        ("tc", "packet-outside", "R2 offset is outside of the packet"),
        ("sk_msg", "context-no-field", "invalid bpf_context access off=76 size=4"),
    ],
)
def test_the_hook_chosen_decides_not_the_one_the_text_names(hook: str | None, kind: str, error: str) -> None:
    reply = asked(BOTH_HOOKS, hook=hook)
    assert reply.error == error
    assert reply.explanation is not None
    assert reply.explanation.kind == kind


def test_patches_and_witness_are_for_the_hook_chosen() -> None:
    about = asked(BOTH_HOOKS, hook="tc").explanation
    assert about is not None
    mended = applied(BOTH_HOOKS, about.patches[0].edits)
    assert asked(mended, hook="tc").accepted
    assert not asked(mended).accepted
    assert about.witness is not None
    assert about.witness.hook == "tc"


@pytest.mark.parametrize(
    ("source", "given", "code"),
    [
        ("r0 =", {}, "no-program"),
        (GOOD, {"program": 1}, "no-program"),
        (GOOD, {"attach_type": "x"}, "unknown"),
    ],
)
def test_what_cannot_be_explained_is_said(source: str, given: dict[str, object], code: str) -> None:
    with pytest.raises(HookscopeError) as caught:
        asked(source, **given)
    assert caught.value.diagnostic.code.startswith(code)
