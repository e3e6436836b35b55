"""At every hook the verifier and the machine's contexts allow the same accesses as Linux does."""

import pytest

from tests.places import BEYOND, WIDTHS, Place, program, read, recorded
from vm.helpers.event import Event
from vm.kernel.context import create
from vm.kernel.hooks import HOOK_POINTS, known_point, targeted_points
from vm.kernel.sample_events import sample_events
from vm.memory.fault import MachineFault
from vm.memory.memory import Memory
from vm.memory.region import View
from vm.uapi.context_places import places_of
from vm.uapi.typed_arguments import typed_arguments
from vm.verifier import verify

RECORDED = recorded()
TYPED = [name for name in RECORDED if name.startswith("tp_btf/")]
TABLED = [name for name in RECORDED if name not in TYPED]
CONVERTED = [name for name in HOOK_POINTS if not HOOK_POINTS[name].takes_packets]
GENERIC = {
    "kprobe": "kprobe/vfs_read",
    "tracepoint": "tracepoint/sched/sched_switch",
    "raw_tp": "raw_tp/sys_enter",
}


def every(size: int) -> list[Place]:
    return [(off, width) for width in WIDTHS for off in range(-BEYOND, size + BEYOND)]


def view_of(hook: str) -> tuple[View, int]:
    point = known_point(hook)
    happening = sample_events(point)[0]
    made = create(point.prog_type, happening.what, Memory([]), happening.event(Event()), fields={})
    assert made.region.view is not None
    return made.region.view, len(made.region.data)


def allowed(view: View, size: int, *, write: bool) -> set[Place]:
    """What the machine lets a program do, whether it was verified or not."""
    found = set()
    for off, width in every(size):
        try:
            if write:
                view.store(off, width, 1)
            else:
                view.load(off, width)
        except MachineFault:
            continue
        found.add((off, width))
    return found


def test_every_hook_was_asked_of_linux() -> None:
    assert set(RECORDED) >= set(HOOK_POINTS) | set(GENERIC)
    assert set(TYPED) == {point.name for point in targeted_points() if point.hook.name == "tp_btf"}


@pytest.mark.parametrize("hook", TABLED)
def test_the_verifiers_table_is_what_linux_answers(hook: str) -> None:
    point = known_point(GENERIC.get(hook, hook))
    places = places_of(point.prog_type, point.hook.attach_type)
    assert places is not None
    reads, writes = read(RECORDED[hook]["reads"]), read(RECORDED[hook]["writes"])
    last = max(off + size for off, size in reads)
    near = {(off, size) for off, size in places.reads if off >= -BEYOND and off + size <= last}
    assert near == reads
    assert set(places.writes) == writes


@pytest.mark.parametrize("hook", [*CONVERTED, *GENERIC])
@pytest.mark.parametrize("write", [False, True], ids=["reads", "writes"])
def test_the_context_itself_allows_the_same(hook: str, *, write: bool) -> None:
    view, size = view_of(GENERIC.get(hook, hook))
    linux = read(RECORDED[hook]["writes" if write else "reads"])
    inside = {(off, width) for off, width in linux if off >= 0 and off + width <= size}
    assert allowed(view, size, write=write) == inside


def test_linux_lets_a_program_read_before_a_tracepoints_record() -> None:
    assert (-8, 8) in read(RECORDED["tracepoint"]["reads"])
    assert verify(program("tracepoint/sched/sched_switch", -8, 8, write=False)).accepted
    view, _ = view_of("tracepoint/sched/sched_switch")
    with pytest.raises(MachineFault, match="8 bytes before the start of"):
        view.load(-8, 8)


@pytest.mark.parametrize("hook", TYPED)
def test_typed_arguments_are_verified_as_linux_does(hook: str) -> None:
    known = typed_arguments(hook)
    assert known is not None
    size = 8 * len(known)
    for write, way in ((False, "reads"), (True, "writes")):
        accepted = {
            (off, width)
            for off, width in every(size)
            if verify(program(hook, off, width, write=write)).accepted
        }
        assert accepted == read(RECORDED[hook][way])


@pytest.mark.parametrize(
    "hook", ["cgroup/connect4", "cgroup/sock_create", "sk_lookup", "sockops", "perf_event"]
)
def test_the_verifier_refuses_what_the_table_lacks(hook: str) -> None:
    reads = read(RECORDED[hook]["reads"])
    for off, width in every(80):
        if off % 4 == 0:
            assert verify(program(hook, off, width, write=False)).accepted == ((off, width) in reads)
