"""How fast the machine steps, records and seeks."""

import gc
import random
import time
from collections.abc import Callable

from tests.bench.row import Row, at_least, at_most
from vm.asm import assemble
from vm.kernel.bare import bare_world
from vm.kernel.packet.samples import syn_scenario
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.machine.state import World
from vm.machine.trace import WINDOW, Budget, Trace
from vm.program import Program
from vm.uapi.prog_types import ProgType

STEPS = 1_000_000

ALU_LOOP = """
    r0 = 0
    r1 = 0x7fffffff
again:
    r0 += 3
    r0 ^= r1
    r2 = r0
    r2 &= 255
    w2 *= 7
    r0 += r2
    r1 -= 1
    if r1 != 0 goto again
    exit
"""

# Ethernet, IPv4 and TCP taken apart 100,000 times, the header fields summed on the stack.
XDP_PARSE = """
.program parse
.hook xdp
    r6 = r1
    r9 = 100000
again:
    r7 = *(u32 *)(r6 + xdp_md.data)
    r8 = *(u32 *)(r6 + xdp_md.data_end)
    r1 = r7
    r1 += 54
    if r1 > r8 goto out
    r2 = *(u16 *)(r7 + 12)
    if r2 != 0x0008 goto out
    r3 = *(u8 *)(r7 + 14)
    r3 &= 15
    r3 <<= 2
    r4 = *(u8 *)(r7 + 23)
    if r4 != IPPROTO_TCP goto out
    r7 += r3
    r5 = *(u16 *)(r7 + 16)
    r5 = be16 r5
    *(u32 *)(r10 - 4) = r5
    r0 = *(u32 *)(r10 - 4)
    r9 -= 1
    if r9 != 0 goto again
out:
    r0 = XDP_PASS
    exit
"""

COUNT_IN_A_MAP = """
.program count
.hook xdp
.map hits hash key=u32 value=u64 entries=16
    r9 = 100000
again:
    *(u32 *)(r10 - 4) = 7
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto insert
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
    goto next
insert:
    *(u64 *)(r10 - 16) = 1
    r1 = hits ll
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r4 = BPF_ANY
    call bpf_map_update_elem
next:
    r9 -= 1
    if r9 != 0 goto again
    r0 = XDP_PASS
    exit
"""

FLOOD = """
.program flood
.hook xdp
.map seen lru_hash key=u32 value=u64 entries=1000
    r9 = 0
again:
    *(u32 *)(r10 - 4) = r9
    *(u64 *)(r10 - 16) = 1
    r1 = seen ll
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r4 = BPF_ANY
    call bpf_map_update_elem
    r9 += 1
    if r9 < 100000 goto again
    r0 = XDP_PASS
    exit
"""


def _program(text: str) -> Program:
    assembly = assemble(text, prog_type=ProgType.XDP)
    if assembly.program is None:
        raise AssertionError("\n".join(map(str, assembly.errors)))
    return assembly.program


def _xdp(text: str) -> World:
    packet = syn_scenario()[0].data
    return Scenario(Setup((_program(text),), ProgType.XDP, (packet,))).world(0)


WORLDS: dict[str, Callable[[], World]] = {
    "ALU loop": lambda: bare_world(_program(ALU_LOOP), b""),
    "XDP parse": lambda: _xdp(XDP_PARSE),
    "hash lookup and atomic add": lambda: _xdp(COUNT_IN_A_MAP),
}


def _stepping(world: World) -> float:
    """Steps a second, each a Step with its changes."""
    machine = Machine(world, STEPS)
    start = time.perf_counter()
    count = sum(1 for _ in machine.steps(STEPS // 4))
    return count / (time.perf_counter() - start)


def _recording(world: World) -> tuple[float, Trace]:
    """Steps a second of a whole trace with its keyframes."""
    start = time.perf_counter()
    trace = Trace(world, Budget(STEPS))
    return len(trace) / (time.perf_counter() - start), trace


def _seeking(trace: Trace) -> float:
    """The 99th percentile of seeks to random steps and back to a whole state, in milliseconds."""
    rnd, times = random.Random(1), []
    for _ in range(500):
        number = rnd.randrange(len(trace))
        start = time.perf_counter()
        trace.state(number)
        times.append(time.perf_counter() - start)
    return sorted(times)[int(len(times) * 0.99)] * 1000


def bench() -> list[Row]:
    rows = []
    for name, world in WORLDS.items():
        gc.collect()
        rows.append(
            at_least(f"stepping with changes recorded, {name}", _stepping(world()), "steps/s", 300_000)
        )
        speed, trace = _recording(world())
        rows.append(at_least(f"a whole trace of {len(trace):,} steps, {name}", speed, "steps/s", 300_000))
        rows.append(at_most(f"seek in {len(trace):,} steps, p99, {name}", _seeking(trace), "ms", 20))
        start = time.perf_counter()
        window = trace.window(len(trace) // WINDOW // 2)
        rows.append(
            Row(f"a window of {len(window):,} steps, {name}", (time.perf_counter() - start) * 1000, "ms")
        )
    _, trace = _recording(_xdp(FLOOD))
    rows.append(Row("seek past 90,000 inserts into an LRU hash, p99", _seeking(trace), "ms"))
    return rows
