"""Helpers that read a clock, the CPU's number or a random number: all of it comes from the event.

Each reading of a clock finds it 1,000 ns later than the one before: programs that measure see time pass.
"""

from vm.helpers.api import Helper, HelperCall, Ret
from vm.helpers.programs import COARSE
from vm.uapi.helper_ids import HelperId
from vm.word import MASK32, MASK64

TICK_NS = 4_000_000
"""Nanoseconds of a jiffy (HZ is 250)."""
READING_NS = 1_000
"""How much later each reading of a clock is than the one before."""
TAI_EPOCH_NS = 1_767_225_637_000_000_000
"""International atomic time at boot: 2026-01-01 00:00:00 UTC and 37 leap seconds."""
INITIAL_JIFFIES = (1 << 32) - 300 * 250
"""What the tick counter starts with, so that it wraps five minutes after boot."""


def _now(call: HelperCall) -> int:
    readings = call.get("clock.readings")
    call.set("clock.readings", readings + 1)
    return call.event.time_ns + READING_NS * readings


def ktime_get_ns(call: HelperCall) -> int:
    """CLOCK_MONOTONIC."""
    return _now(call)


def ktime_get_coarse_ns(call: HelperCall) -> int:
    """The monotonic clock at the last tick."""
    return _now(call) // TICK_NS * TICK_NS


def ktime_get_tai_ns(call: HelperCall) -> int:
    """CLOCK_TAI."""
    return TAI_EPOCH_NS + _now(call)


def jiffies64(call: HelperCall) -> int:
    """The tick counter."""
    return INITIAL_JIFFIES + _now(call) // TICK_NS


def get_prandom_u32(call: HelperCall) -> int:
    """Number ``random.drawn`` of the sequence that the event's seed begins (splitmix64)."""
    drawn = call.get("random.drawn") + 1
    call.set("random.drawn", drawn)
    z = (call.event.seed + drawn * 0x9E3779B97F4A7C15) & MASK64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK64
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK64
    return (z ^ z >> 31) & MASK32


def get_smp_processor_id(call: HelperCall) -> int:
    """The event's CPU."""
    return call.event.cpu


def get_numa_node_id(_: HelperCall) -> int:
    """A modeled host has one memory node."""
    return 0


ROWS = (
    Helper(
        HelperId.KTIME_GET_NS,
        "u64 bpf_ktime_get_ns(void)",
        (),
        Ret.INTEGER,
        ktime_get_ns,
        "Nanoseconds since boot, not counting time the machine was suspended (CLOCK_MONOTONIC).",
    ),
    Helper(
        HelperId.KTIME_GET_BOOT_NS,
        "u64 bpf_ktime_get_boot_ns(void)",
        (),
        Ret.INTEGER,
        ktime_get_ns,
        "Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME). A modeled host is never "
        "suspended.",
    ),
    Helper(
        HelperId.KTIME_GET_COARSE_NS,
        "u64 bpf_ktime_get_coarse_ns(void)",
        (),
        Ret.INTEGER,
        ktime_get_coarse_ns,
        "Nanoseconds since boot as of the last timer tick: cheaper than bpf_ktime_get_ns, and coarser.",
        COARSE,
    ),
    Helper(
        HelperId.KTIME_GET_TAI_NS,
        "u64 bpf_ktime_get_tai_ns(void)",
        (),
        Ret.INTEGER,
        ktime_get_tai_ns,
        "Nanoseconds of international atomic time since 1970: a wall clock without leap seconds (CLOCK_TAI).",
    ),
    Helper(
        HelperId.JIFFIES64,
        "u64 bpf_jiffies64(void)",
        (),
        Ret.INTEGER,
        jiffies64,
        "The kernel's count of timer ticks, 250 per second.",
    ),
    Helper(
        HelperId.GET_PRANDOM_U32,
        "u32 bpf_get_prandom_u32(void)",
        (),
        Ret.INTEGER,
        get_prandom_u32,
        "A pseudo-random 32-bit number, not fit for secrets. Here the sequence follows from the event's "
        "seed.",
    ),
    Helper(
        HelperId.GET_SMP_PROCESSOR_ID,
        "u32 bpf_get_smp_processor_id(void)",
        (),
        Ret.INTEGER,
        get_smp_processor_id,
        "The number of the CPU the program runs on; it stays the same for the whole run.",
    ),
    Helper(
        HelperId.GET_NUMA_NODE_ID,
        "long bpf_get_numa_node_id(void)",
        (),
        Ret.INTEGER,
        get_numa_node_id,
        "The memory node of the CPU the program runs on.",
    ),
)
