"""Texts that take slots of a hash map and give them back, and keep the order of uses; as in ``map_texts``."""

from itertools import count

from vm.jit.guarded.map_find import chain, find, key_of, word_of
from vm.jit.guarded.surroundings import LOGGED, MapPlan, Shape

_LABELS = count()


def unlink(plan: MapPlan) -> list[str]:
    """Takes r6 out of its chain, where r7 leads to it; spoils r0 and r9."""
    layout = plan.layout
    return [
        *word_of("r9", "r6", layout.next), "r0 = *(u32 *)(r9 + 0)", "*(u32 *)(r7 + 0) = r0",
        *word_of("r9", "r6", layout.live), "*(u32 *)(r9 + 0) = 0", *log(plan, "r6"), *_count(plan, -1),
    ]  # fmt: skip


def insert(plan: MapPlan) -> list[str]:
    """Puts r8 at the head of the key's chain; spoils r0, r6, r7 and r9."""
    layout = plan.layout
    return [
        *chain(plan), "r6 = *(u32 *)(r7 + 0)", "*(u32 *)(r7 + 0) = r8",
        *word_of("r9", "r8", layout.next), "*(u32 *)(r9 + 0) = r6",
        *word_of("r9", "r8", layout.live), "*(u32 *)(r9 + 0) = 1", *log(plan, "r8"), *_count(plan, 1),
    ]  # fmt: skip


def _count(plan: MapPlan, by: int) -> list[str]:
    at = plan.layout.count
    return [f"r0 = *(u64 *)(r1 + {at})", f"r0 += {by}", f"*(u64 *)(r1 + {at}) = r0"]


def log(plan: MapPlan, slot: str) -> list[str]:
    """Notes a slot down, or only that there are too many; spoils r0 and r9."""
    layout, skip = plan.layout, f"logged{next(_LABELS)}"
    return [
        f"r0 = *(u64 *)(r1 + {layout.logged})", f"if r0 > {LOGGED} goto {skip}",
        "r0 += 1", f"*(u64 *)(r1 + {layout.logged}) = r0", f"if r0 > {LOGGED} goto {skip}",
        *word_of("r9", "r0", layout.log - 4), f"*(u32 *)(r9 + 0) = {slot}", f"{skip}:",
    ]  # fmt: skip


def acquire(plan: MapPlan) -> list[str]:
    """r8: a slot without an entry. Spoils r0 and r9; where an entry is forgotten for it all but r2 and r3."""
    layout, number = plan.layout, next(_LABELS)
    if plan.shape is Shape.LRU:
        text = [
            f"r0 = *(u64 *)(r1 + {layout.freed})", f"if r0 != 0 goto take{number}",
            f"r0 = *(u64 *)(r1 + {layout.fresh})", f"if r0 < {plan.entries} goto take{number}",
            *_evict(plan), f"take{number}:",
        ]  # fmt: skip
    else:
        full = [f"r0 = *(u64 *)(r1 + {layout.count})", f"if r0 >= {plan.entries} goto full"]
        text = [f"if r6 != 0 goto take{number}", *full, f"take{number}:"]
    return [
        *text,
        f"r0 = *(u64 *)(r1 + {layout.freed})", f"if r0 == 0 goto fresh{number}",
        "r0 -= 1", f"*(u64 *)(r1 + {layout.freed}) = r0",
        f"r9 = *(u64 *)(r1 + {layout.fewest})", f"if r9 <= r0 goto few{number}",
        f"*(u64 *)(r1 + {layout.fewest}) = r0", f"few{number}:",
        *word_of("r9", "r0", layout.free), "r8 = *(u32 *)(r9 + 0)", "r8 += 1", f"goto got{number}",
        f"fresh{number}:", f"r8 = *(u64 *)(r1 + {layout.fresh})", "r8 += 1",
        f"*(u64 *)(r1 + {layout.fresh}) = r8", f"got{number}:",
    ]  # fmt: skip


def _evict(plan: MapPlan) -> list[str]:
    """Forgets the entry least recently used; the key in r2 waits in r4."""
    return [
        "r4 = r2", *_key_of_oldest(plan),
        *find(plan, "victim"), *unlink(plan), *release(plan, "victim"), "r2 = r4",
    ]  # fmt: skip


def _key_of_oldest(plan: MapPlan) -> list[str]:
    return ["r9 = r1", f"r9 += {plan.layout.newer}", "r9 = *(u32 *)(r9 + 0)", *key_of("r2", "r9", plan)]


def release(plan: MapPlan, name: str) -> list[str]:
    """Gives r6 back; spoils r0, r7 and r9."""
    layout = plan.layout
    text = []
    if plan.shape is Shape.LRU:
        text += [
            *word_of("r7", "r6", layout.used, 3), "r0 = *(u64 *)(r7 + 0)", f"if r0 == 0 goto unused{name}",
            "*(u64 *)(r7 + 0) = 0", *_leave_list(plan), f"unused{name}:",
        ]  # fmt: skip
    return [
        *text,
        f"r0 = *(u64 *)(r1 + {layout.freed})", *word_of("r9", "r0", layout.free),
        "r7 = r6", "r7 -= 1", "*(u32 *)(r9 + 0) = r7",
        "r0 += 1", f"*(u64 *)(r1 + {layout.freed}) = r0",
        f"r0 = *(u64 *)(r1 + {layout.happened})", "r0 |= 1", f"*(u64 *)(r1 + {layout.happened}) = r0",
    ]  # fmt: skip


def _leave_list(plan: MapPlan) -> list[str]:
    """Takes r6 out of the order of uses; 0 stands between the newest and the oldest. Spoils r0, r7 and r9."""
    layout = plan.layout
    return [
        *word_of("r9", "r6", layout.older), "r0 = *(u32 *)(r9 + 0)",
        *word_of("r9", "r6", layout.newer), "r9 = *(u32 *)(r9 + 0)",
        *word_of("r7", "r9", layout.older), "*(u32 *)(r7 + 0) = r0",
        *word_of("r7", "r0", layout.newer), "*(u32 *)(r7 + 0) = r9",
    ]  # fmt: skip


def use(plan: MapPlan) -> list[str]:
    """Marks r6 as used now; spoils r0, r7, r8 and r9."""
    layout = plan.layout
    return [
        *word_of("r8", "r6", layout.used, 3), f"r0 = *(u64 *)(r1 + {layout.clock})", "r9 = *(u64 *)(r8 + 0)",
        "if r9 == 0 goto enlist", "if r9 == r0 goto newest",
        *_leave_list(plan), "enlist:",
        f"r0 = *(u64 *)(r1 + {layout.clock})", "r0 += 1",
        f"*(u64 *)(r1 + {layout.clock}) = r0", "*(u64 *)(r8 + 0) = r0",
        "r8 = r1", f"r8 += {layout.older}", "r0 = *(u32 *)(r8 + 0)", "*(u32 *)(r8 + 0) = r6",
        *word_of("r7", "r0", layout.newer), "*(u32 *)(r7 + 0) = r6",
        *word_of("r7", "r6", layout.older), "*(u32 *)(r7 + 0) = r0",
        *word_of("r7", "r6", layout.newer), "*(u32 *)(r7 + 0) = 0",
        "newest:",
    ]  # fmt: skip
