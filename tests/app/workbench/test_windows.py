"""Windows agree with their model, with each other, and with the steps they were made of."""

import json
from typing import Any

import pytest

from app.schemas.base import WINDOW
from app.schemas.trace import Inputs, WindowReply
from app.workbench.examples import load
from app.workbench.run import Run
from tests.app.workbench.build import run
from tests.app.workbench.folding import cells, fold
from vm.change import RegisterChanged
from vm.isa import REGISTERS
from vm.kernel.packet.form import from_form
from vm.machine.step import Step
from vm.machine.trace import Trace

SYN = from_form({"tcp": {"src": "203.0.113.7", "dport": 80, "flags": ["SYN"]}})
EXAMPLES = {view.id: view.inputs for view in load()}

MAPS = """
.map counts hash key=u32 value=u64 entries=16
    r8 = 0
again:
    *(u32 *)(r10 - 4) = r8
    r1 = counts ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto miss
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
    goto next
miss:
    *(u64 *)(r10 - 16) = 7
    r1 = counts ll
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r4 = 0
    call bpf_map_update_elem
next:
    r8 += 1
    r8 &= 7
    if r8 != 3 goto again
    *(u32 *)(r10 - 4) = 5
    r1 = counts ll
    r2 = r10
    r2 += -4
    call bpf_map_delete_elem
    goto again
"""
PACKET = """
    r9 = r1
    r8 = 0
again:
    r6 = *(u32 *)(r9 + xdp_md.data)
    r7 = *(u32 *)(r9 + xdp_md.data_end)
    r6 += 1
    if r6 > r7 goto out
    *(u8 *)(r6 - 1) = r8
    r1 = r9
    r2 = -4
    if r8 & 1 goto adjust
    r2 = 4
adjust:
    call bpf_xdp_adjust_head
    r1 = r9
    r2 = 1
    call bpf_xdp_adjust_tail
    r8 += 1
    goto again
out:
    r0 = 2
    exit
"""
CALLS = """
.program calls
    r6 = 0
again:
    r1 = r6
    call double
    r6 += r0
    r6 &= 0xff
    r1 = 3
    r2 = step ll
    r3 = r10
    r4 = 0
    call bpf_loop
    *(u64 *)(r10 - 64) = r6
    goto again
double:
    *(u32 *)(r10 - 12) = r1
    r0 = r1
    r0 += r1
    exit
step:
    *(u16 *)(r10 - 2) = r1
    r0 = 0
    exit
"""
SKB = """
.hook tc
    r9 = r1
    r8 = 0
again:
    *(u32 *)(r9 + __sk_buff.mark) = r8
    *(u32 *)(r9 + __sk_buff.cb) = r8
    *(u32 *)(r10 - 8) = r8
    r1 = r9
    r2 = 30
    r3 = r10
    r3 += -8
    r4 = 4
    r5 = 0
    call bpf_skb_store_bytes
    r8 += 1
    goto again
"""
PER_CPU = """
.map hits percpu_array key=u32 value=u64 entries=4
.map seen lru_hash key=u32 value=u32 entries=4
    r8 = 0
again:
    r1 = r8
    r1 &= 3
    *(u32 *)(r10 - 4) = r1
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto next
    r1 = *(u64 *)(r0 + 0)
    r1 += 1
    *(u64 *)(r0 + 0) = r1
next:
    *(u32 *)(r10 - 4) = r8
    r1 = seen ll
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -4
    r4 = 0
    call bpf_map_update_elem
    r8 += 1
    goto again
"""
QUEUE = """
.map line queue value=u32 entries=4
.map events ringbuf entries=4096
    r8 = 0
again:
    *(u32 *)(r10 - 4) = r8
    r1 = line ll
    r2 = r10
    r2 += -4
    r3 = 2
    call bpf_map_push_elem
    r1 = line ll
    r2 = r10
    r2 += -8
    call bpf_map_pop_elem
    r1 = events ll
    r2 = r10
    r2 += -4
    r3 = 4
    r4 = 0
    call bpf_ringbuf_output
    r8 += 1
    goto again
"""
RECORDS = """
.hook tc
.map events ringbuf entries=4096
    r9 = r1
again:
    r1 = events ll
    r2 = 24
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto again
    r6 = r0
    r1 = events ll
    r2 = 8
    r3 = 0
    call bpf_ringbuf_reserve
    if r0 == 0 goto drop
    *(u64 *)(r0 + 0) = 1
    r1 = r0
    r2 = 0
    call bpf_ringbuf_submit
drop:
    *(u64 *)(r6 + 0) = 2
    r1 = r6
    r2 = 0
    r7 += 1
    if r7 & 1 goto discard
    call bpf_ringbuf_submit
    goto vlan
discard:
    call bpf_ringbuf_discard
vlan:
    r1 = r9
    r2 = 8
    r3 = 5
    call bpf_skb_vlan_push
    r1 = r9
    call bpf_get_hash_recalc
    goto again
"""
LONG = {
    "maps": MAPS,
    "packet": PACKET,
    "calls": CALLS,
    "skb": SKB,
    "per-cpu and lru": PER_CPU,
    "queue and ring": QUEUE,
    "records and vlan": RECORDS,
}


def run_of(source: str, steps: int = 4 * WINDOW, packet: bytes = SYN) -> Run:
    hook = "tc" if ".hook tc" in source else "xdp"
    return run(Inputs(source=source, hook=hook, packets=(packet.hex(),), max_steps=steps))


def window(run: Run, index: int, packet: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run.window(packet, index))
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_window_is_what_its_model_says(name: str) -> None:
    text = run(EXAMPLES[name]).window(0, 0)
    assert WindowReply.model_validate_json(text).model_dump(mode="json") == json.loads(text)


@pytest.mark.parametrize("name", LONG)
def test_every_kind_of_change_is_what_its_model_says(name: str) -> None:
    text = run_of(LONG[name]).window(0, 1)
    assert WindowReply.model_validate_json(text).model_dump(mode="json") == json.loads(text)


@pytest.mark.parametrize("name", LONG)
def test_folding_a_window_gives_the_next_keyframe(name: str) -> None:
    run = run_of(LONG[name])
    assert len(run.trace(0)) > 3 * WINDOW
    for index in range(3):
        now, following = window(run, index), window(run, index + 1)
        told, folded = following["keyframe"], fold(now["keyframe"], now["steps"])
        for frame in told["frames"]:
            frame["bytes"] = cells(frame["bytes"])
        assert len(now["steps"]) == WINDOW
        assert [value["word"] for value in folded["registers"]] == [v["word"] for v in told["registers"]]
        assert folded["written"] == told["written"]
        assert folded["bounds"] == told["bounds"]
        assert folded["buffer"].rstrip("0") == told["buffer"].rstrip("0")
        assert folded["context"] == told["context"]
        assert [frame["bytes"] for frame in folded["frames"]] == [f["bytes"] for f in told["frames"]]
        assert [frame["function"] for frame in folded["frames"]] == [f["function"] for f in told["frames"]]
        assert by_key(folded["maps"]) == by_key(told["maps"])


def by_key(maps: list[dict[str, Any]]) -> list[Any]:
    return [
        (m["count"], sorted(m["entries"], key=lambda entry: (entry["key"], entry["cpu"] or 0))) for m in maps
    ]


@pytest.mark.parametrize("name", LONG)
def test_written_registers_are_those_that_steps_set(name: str) -> None:
    run = run_of(LONG[name])
    written = {1, 10}
    for index in range(4):
        assert window(run, index)["keyframe"]["written"] == [n in written for n in range(REGISTERS)]
        for step in run.trace(0).window(index):
            written |= {change.n for change in step.changes if isinstance(change, RegisterChanged)}


def test_a_far_window_does_not_execute_what_lies_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of("r0 = 0\nagain: r0 += 1\ngoto again", steps=500 * WINDOW)
    executed: list[int] = []
    real = Trace.window

    def counting(trace: Trace, index: int) -> tuple[Step, ...]:
        executed.append(index)
        return real(trace, index)

    monkeypatch.setattr(Trace, "window", counting)
    assert window(run, 400)["keyframe"]["written"] == [n in (0, 1, 10) for n in range(REGISTERS)]
    assert executed == [0]


def test_the_packets_buffer_is_sent_only_as_far_as_it_was_touched() -> None:
    keyframe = window(run_of("r0 = 2\nexit"), 0)["keyframe"]
    assert len(keyframe["buffer"]) == 2 * keyframe["bounds"][2]
    assert keyframe["buffer"].endswith(SYN.hex())


def test_a_window_there_is_none_of_is_the_nearest() -> None:
    run = run_of("r0 = 2\nexit")
    assert window(run, 7) == window(run, 0) == window(run, -3)


def test_a_large_array_shows_its_first_entries_and_its_count() -> None:
    run = run_of(".map big array key=u32 value=u64 entries=100000\nr1 = big ll\nr0 = 2\nexit")
    shown = window(run, 0)["keyframe"]["maps"][0]
    assert (len(shown["entries"]), shown["count"]) == (200, 100_000)


def test_padding_nobody_wrote_is_no_part_of_a_frame() -> None:
    run = run_of("*(u16 *)(r10 - 8) = 0x1234\n*(u32 *)(r10 - 4) = 7\nl: r0 = 0\ngoto l", steps=2 * WINDOW)
    assert window(run, 1)["keyframe"]["frames"][0]["bytes"] == {"-8": "3412", "-4": "07000000"}


@pytest.mark.parametrize(("around", "first", "count"), [(0, 0, 64), (700, 636, 128), (1000, 936, 88)])
def test_a_glimpse_is_the_part_of_its_window_around_a_step(around: int, first: int, count: int) -> None:
    run = run_of(MAPS)
    whole = window(run, 1)
    seen = json.loads(run.window(0, 1, WINDOW + around))
    steps = whole["steps"]
    assert (seen["window"], seen["first"]) == (1, WINDOW + first)
    assert seen["steps"] == steps[first : first + count]
    folded = fold(whole["keyframe"], steps[:first])
    for frame in seen["keyframe"]["frames"]:
        frame["bytes"] = cells(frame["bytes"])
    assert (folded["registers"], folded["written"]) == (
        seen["keyframe"]["registers"],
        seen["keyframe"]["written"],
    )
    assert folded["frames"] == seen["keyframe"]["frames"]
