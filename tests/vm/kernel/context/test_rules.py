"""The rows of context fields against what Linux allowed and read (tests/golden/record_helpers.py)."""

from contextlib import suppress

import pytest

from tests.vm.helpers.golden import golden
from tests.vm.kernel.context import probe
from vm.helpers.event import Event
from vm.isa import Size
from vm.kernel import context
from vm.kernel.context.rules import CONTEXTS, permitted, rules_of
from vm.memory.fault import FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.uapi.prog_types import ProgType
from vm.uapi.structs_context import SOCK

CONTEXT = golden("context.json.gz")
_RUN = [kind for kind in probe.KINDS if CONTEXT[kind.label]["runs"]]


@pytest.mark.parametrize("kind", probe.KINDS, ids=lambda kind: kind.label)
@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
def test_permitted_is_what_linux_permits(kind: ProgType, write: bool) -> None:
    allowed = {tuple(place) for place in CONTEXT[kind.label]["write" if write else "read"]}
    mine = {
        (off, size.bytes)
        for off in range(CONTEXTS[kind].size + probe.BEYOND)
        for size in Size
        if permitted(kind, off, size.bytes, write=write)
    }
    assert mine == allowed


@pytest.mark.parametrize("kind", _RUN, ids=lambda kind: kind.label)
@pytest.mark.parametrize("name", probe.PACKETS)
def test_loads_give_what_a_test_run_gives(kind: ProgType, name: str) -> None:
    places = probe.numbers(kind, CONTEXT[kind.label]["read"])
    made = context.create(kind, probe.PACKETS[name], Memory([]), Event(), fields={})
    mine = [made.load(off, width) for off, width in places]
    wanted = CONTEXT[kind.label]["runs"][name]
    assert dict(zip(map(tuple, places), mine, strict=True)) == dict(
        zip(map(tuple, places), wanted, strict=True)
    )


@pytest.mark.parametrize("kind", probe.KINDS, ids=lambda kind: kind.label)
def test_every_other_access_is_a_fault_in_words(kind: ProgType) -> None:
    made = context.create(kind, probe.PACKETS["ipv4"], Memory([]), Event(), fields={})
    for off in range(-9, CONTEXTS[kind].size + 9):
        for size in (1, 2, 4, 8):
            if off < 0 or not permitted(kind, off, size, write=False):
                with pytest.raises(MachineFault) as caught:
                    made.load(off, size)
                assert caught.value.fault.kind is FaultKind.CONTEXT
                assert f"ctx{off:+d}" in caught.value.fault.message
            if off < 0 or not permitted(kind, off, size, write=True):
                with pytest.raises(MachineFault) as caught:
                    made.store(off, size, 0)
                assert caught.value.fault.write


@pytest.mark.parametrize("name", probe.PACKETS)
def test_the_socket_shows_what_a_test_run_shows(name: str) -> None:
    memory = Memory([])
    made = context.create(probe.SOCKET_KIND, probe.PACKETS[name], memory, Event(), fields={})
    recorded = dict(zip(map(tuple, CONTEXT["sk"]["read"]), CONTEXT["sk"]["runs"][name], strict=True))
    mine = {}
    for off in range(SOCK.size + probe.BEYOND):
        for size in Size:
            with suppress(MachineFault):
                mine[off, size.bytes] = memory.load(made.socket_address + off, size.bytes)
    assert mine == recorded


def test_nobody_writes_to_a_socket() -> None:
    memory = Memory([])
    made = context.create(probe.SOCKET_KIND, probe.PACKETS["ipv4"], memory, Event(), fields={})
    with pytest.raises(MachineFault, match=r"writes 4 bytes at sk\+4"):
        memory.store(made.socket_address + 4, 4, 0)


def test_each_context_has_a_rule_for_each_field() -> None:
    for kind, struct in CONTEXTS.items():
        named = {rule.name for rule in rules_of(kind)}
        assert named == {f.name for f in struct.fields if not f.alias and not f.name.startswith("_pad")}
