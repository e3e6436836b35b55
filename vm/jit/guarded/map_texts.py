"""Updates and deletions in maps, and marking as used, written in eBPF itself: what `vm.maps` does.

r1 is the map's table, r2 the key, r3 the value, r4 the flags, r5 the arena; addresses are the runner's own.
Slots are numbered from 1 as in the table (see ``Layout``). r0 is the answer, r1 and r5 stay throughout.
"""

from itertools import count

from vm.jit.guarded.lookup import SPREAD32, SPREAD64, chunks
from vm.jit.guarded.surroundings import LOGGED, MapPlan, Shape, place
from vm.uapi.errno import Errno

_SIZED = {8: "u64", 4: "u32", 2: "u16", 1: "u8"}
_LABELS = count()
_MOST_AT_ONCE = 128
"""Bytes that are copied without a loop."""


def update(plan: MapPlan) -> str:
    """bpf_map_update_elem."""
    if plan.shape is Shape.ARRAY:
        return _update_array(plan)
    lru, layout = plan.shape is Shape.LRU, plan.layout
    text = [
        "if r4 > 2 goto invalid",
        *find(plan),
        "if r6 == 0 goto new",
        "if r4 == 1 goto exists",
    ]
    if plan.per_cpu:
        text += ["goto put", "new:", "if r4 == 2 goto missing", *_acquire(plan), *_set_key(plan, "r8")]
        text += [*_insert(plan), "r6 = r8", *_zero(plan), "put:"]
        text += [*_put(plan, "r6"), *_log(plan, "r6")]
    elif lru:
        text += ["goto replace", "new:", "if r4 == 2 goto missing", "replace:", *_acquire(plan)]
        text += [*_set_key(plan, "r8"), *_put(plan, "r8"), "r4 = r8", *find(plan, "2"), "r8 = r4"]
        text += [
            "if r6 == 0 goto link",
            *_unlink(plan),
            *_release(plan, "old"),
            "link:",
            *_insert(plan),
            "r6 = r8",
        ]
    elif plan.preallocated:
        text += [f"r8 = *(u64 *)(r1 + {layout.spare})", f"*(u64 *)(r1 + {layout.spare}) = r6"]
        text += [
            f"r0 = *(u64 *)(r1 + {layout.happened})",
            "r0 |= 2",
            f"*(u64 *)(r1 + {layout.happened}) = r0",
        ]
        text += [*_unlink(plan), "goto link", "new:", "if r4 == 2 goto missing", *_acquire(plan), "link:"]
        text += [*_set_key(plan, "r8"), *_put(plan, "r8"), *_insert(plan), "r6 = r8"]
    else:
        text += ["new:", "if r6 != 0 goto room", "if r4 == 2 goto missing", "room:"]
        text += [*_acquire(plan), *_set_key(plan, "r8"), *_put(plan, "r8")]
        text += [
            "if r6 == 0 goto link",
            *_unlink(plan),
            *_release(plan, "old"),
            "link:",
            *_insert(plan),
            "r6 = r8",
        ]
    if lru:
        text += use(plan)
    return _text([*text, "r0 = 0", "exit", *_refusals("invalid", "exists", "missing", "full")])


def delete(plan: MapPlan) -> str:
    """bpf_map_delete_elem."""
    if plan.shape is Shape.ARRAY:
        return _text(["r0 = -22", "exit"])
    text = [*find(plan), "if r6 == 0 goto missing", *_unlink(plan), *_release(plan, "gone")]
    return _text([*text, "r0 = 0", "exit", *_refusals("missing")])


def touched(plan: MapPlan) -> str:
    """Marks the slot in r6 of an LRU map as used."""
    return _text([*use(plan), "exit"])


def _text(lines: list[str]) -> str:
    return "\n".join(lines)


def _refusals(*names: str) -> list[str]:
    errors = {"invalid": Errno.EINVAL, "exists": Errno.EEXIST, "missing": Errno.ENOENT, "full": Errno.E2BIG}
    return [line for name in names for line in (f"{name}:", f"r0 = {-errors[name]}", "exit")]


def _update_array(plan: MapPlan) -> str:
    return _text(
        [
            "r0 = r4", "r0 &= -5", "if r0 > 2 goto invalid",
            "r6 = *(u32 *)(r2 + 0)", f"if r6 >= {plan.entries} goto full",
            "r0 = r4", "r0 &= 1", "if r0 != 0 goto exists",
            "r0 = r4", "r0 &= 4", "if r0 != 0 goto invalid",
            "r6 += 1", *_put(plan, "r6"), "r0 = 0", "exit",
            *_refusals("invalid", "full", "exists"),
        ]
    )  # fmt: skip


def find(plan: MapPlan, label: str = "") -> list[str]:
    """r6: the key's slot, or 0; r7: where the slot's number stands, in the chain's head or another's next.

    Spoils r0, r8 and r9.
    """
    following = _at("r7", "r6", plan.layout.next)
    return [
        *_chain(plan),
        f"find{label}:",
        "r6 = *(u32 *)(r7 + 0)",
        f"if r6 == 0 goto found{label}",
        *_key_of("r8", "r6", plan),
        *(
            line
            for at, size in chunks(plan.key_size)
            for line in (
                f"r0 = *({_SIZED[size]} *)(r2 + {at})",
                f"r9 = *({_SIZED[size]} *)(r8 + {at})",
                f"if r0 != r9 goto other{label}",
            )
        ),
        f"goto found{label}",
        f"other{label}:",
        *following,
        f"goto find{label}",
        f"found{label}:",
    ]


def _chain(plan: MapPlan) -> list[str]:
    """r7: where the chain's first slot stands."""
    bits = plan.layout.bits
    if plan.key_size == 4:
        text = ["r7 = *(u32 *)(r2 + 0)", f"w7 *= {SPREAD32 - (1 << 32)}", f"w7 >>= {32 - bits}"]
    else:
        text = ["r7 = 0", f"r0 = {SPREAD64:#x} ll"]
        for at, size in chunks(plan.key_size):
            text += [f"r6 = *({_SIZED[size]} *)(r2 + {at})", "r7 ^= r6", "r7 *= r0"]
        text.append(f"r7 >>= {64 - bits}")
    return [*text, "r7 <<= 2", "r7 += r1", f"r7 += {plan.layout.heads}"]


def _key_of(into: str, slot: str, plan: MapPlan) -> list[str]:
    return [
        f"{into} = {slot}",
        f"{into} *= {plan.key_size}",
        f"{into} += r5",
        f"{into} += {place(plan.address) - plan.key_size}",
    ]


def _value_of(into: str, slot: str, plan: MapPlan, values: int) -> list[str]:
    return [
        f"{into} = {slot}",
        f"{into} *= {plan.stride}",
        f"{into} += r5",
        f"{into} += {place(values) - plan.stride}",
    ]


def _copy(to: str, source: str, size: int, name: str) -> list[str]:
    """Spoils r0, r9 and, for long values, ``to`` and ``source``."""
    text, rest = [], size
    if size > _MOST_AT_ONCE:
        whole, rest = size & ~7, size & 7
        text = [
            f"r9 = {whole // 8}", f"{name}:", f"r0 = *(u64 *)({source} + 0)", f"*(u64 *)({to} + 0) = r0",
            f"{source} += 8", f"{to} += 8", "r9 -= 1", f"if r9 != 0 goto {name}",
        ]  # fmt: skip
    for at, word in chunks(rest):
        text += [f"r0 = *({_SIZED[word]} *)({source} + {at})", f"*({_SIZED[word]} *)({to} + {at}) = r0"]
    return text


def _set_key(plan: MapPlan, slot: str) -> list[str]:
    text = _key_of("r9", slot, plan)
    for at, size in chunks(plan.key_size):
        text += [f"r0 = *({_SIZED[size]} *)(r2 + {at})", f"*({_SIZED[size]} *)(r9 + {at}) = r0"]
    return text


def _put(plan: MapPlan, slot: str) -> list[str]:
    """The value, on this CPU; spoils r3 and r7."""
    keep = ["r4 = r7"] if plan.shape is not Shape.ARRAY else []
    back = ["r7 = r4"] if plan.shape is not Shape.ARRAY else []
    return [
        *keep,
        *_value_of("r7", slot, plan, plan.values),
        *_copy("r7", "r3", plan.value_size, "copy"),
        *back,
    ]


def _zero(plan: MapPlan) -> list[str]:
    """The values of r6 on all CPUs."""
    text = []
    for cpu, values in enumerate(plan.all_values):
        text += _value_of("r9", "r6", plan, values)
        text += [f"r0 = {plan.stride // 8}", f"zero{cpu}:", "*(u64 *)(r9 + 0) = 0", "r9 += 8", "r0 -= 1"]
        text.append(f"if r0 != 0 goto zero{cpu}")
    return text


def _at(into: str, slot: str, array: int, shift: int = 2) -> list[str]:
    """``into``: where an array of the table has its word for ``slot``."""
    return [f"{into} = {slot}", f"{into} <<= {shift}", f"{into} += r1", f"{into} += {array}"]


def _unlink(plan: MapPlan) -> list[str]:
    """Takes r6 out of its chain, where r7 leads to it; spoils r0 and r9."""
    layout = plan.layout
    return [
        *_at("r9", "r6", layout.next), "r0 = *(u32 *)(r9 + 0)", "*(u32 *)(r7 + 0) = r0",
        *_at("r9", "r6", layout.live), "*(u32 *)(r9 + 0) = 0", *_log(plan, "r6"), *_count(plan, -1),
    ]  # fmt: skip


def _insert(plan: MapPlan) -> list[str]:
    """Puts r8 at the head of the key's chain; spoils r0, r6, r7 and r9."""
    layout = plan.layout
    return [
        *_chain(plan), "r6 = *(u32 *)(r7 + 0)", "*(u32 *)(r7 + 0) = r8",
        *_at("r9", "r8", layout.next), "*(u32 *)(r9 + 0) = r6",
        *_at("r9", "r8", layout.live), "*(u32 *)(r9 + 0) = 1", *_log(plan, "r8"), *_count(plan, 1),
    ]  # fmt: skip


def _count(plan: MapPlan, by: int) -> list[str]:
    at = plan.layout.count
    return [f"r0 = *(u64 *)(r1 + {at})", f"r0 += {by}", f"*(u64 *)(r1 + {at}) = r0"]


def _log(plan: MapPlan, slot: str) -> list[str]:
    """Notes a slot down, or only that there are too many; spoils r0 and r9."""
    layout, skip = plan.layout, f"logged{next(_LABELS)}"
    return [
        f"r0 = *(u64 *)(r1 + {layout.logged})", f"if r0 > {LOGGED} goto {skip}",
        "r0 += 1", f"*(u64 *)(r1 + {layout.logged}) = r0", f"if r0 > {LOGGED} goto {skip}",
        *_at("r9", "r0", layout.log - 4), f"*(u32 *)(r9 + 0) = {slot}", f"{skip}:",
    ]  # fmt: skip


def _acquire(plan: MapPlan) -> list[str]:
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
        *_at("r9", "r0", layout.free), "r8 = *(u32 *)(r9 + 0)", "r8 += 1", f"goto got{number}",
        f"fresh{number}:", f"r8 = *(u64 *)(r1 + {layout.fresh})", "r8 += 1",
        f"*(u64 *)(r1 + {layout.fresh}) = r8", f"got{number}:",
    ]  # fmt: skip


def _evict(plan: MapPlan) -> list[str]:
    """Forgets the entry least recently used; the key in r2 waits in r4."""
    return [
        "r4 = r2", *_key_of_oldest(plan),
        *find(plan, "victim"), *_unlink(plan), *_release(plan, "victim"), "r2 = r4",
    ]  # fmt: skip


def _key_of_oldest(plan: MapPlan) -> list[str]:
    return ["r9 = r1", f"r9 += {plan.layout.newer}", "r9 = *(u32 *)(r9 + 0)", *_key_of("r2", "r9", plan)]


def _release(plan: MapPlan, name: str) -> list[str]:
    """Gives r6 back; spoils r0, r7 and r9."""
    layout = plan.layout
    text = []
    if plan.shape is Shape.LRU:
        text += [
            *_at("r7", "r6", layout.used, 3), "r0 = *(u64 *)(r7 + 0)", f"if r0 == 0 goto unused{name}",
            "*(u64 *)(r7 + 0) = 0", *_leave_list(plan), f"unused{name}:",
        ]  # fmt: skip
    return [
        *text,
        f"r0 = *(u64 *)(r1 + {layout.freed})", *_at("r9", "r0", layout.free),
        "r7 = r6", "r7 -= 1", "*(u32 *)(r9 + 0) = r7",
        "r0 += 1", f"*(u64 *)(r1 + {layout.freed}) = r0",
        f"r0 = *(u64 *)(r1 + {layout.happened})", "r0 |= 1", f"*(u64 *)(r1 + {layout.happened}) = r0",
    ]  # fmt: skip


def _leave_list(plan: MapPlan) -> list[str]:
    """Takes r6 out of the order of uses; 0 stands between the newest and the oldest. Spoils r0, r7 and r9."""
    layout = plan.layout
    return [
        *_at("r9", "r6", layout.older), "r0 = *(u32 *)(r9 + 0)",
        *_at("r9", "r6", layout.newer), "r9 = *(u32 *)(r9 + 0)",
        *_at("r7", "r9", layout.older), "*(u32 *)(r7 + 0) = r0",
        *_at("r7", "r0", layout.newer), "*(u32 *)(r7 + 0) = r9",
    ]  # fmt: skip


def use(plan: MapPlan) -> list[str]:
    """Marks r6 as used now; spoils r0, r7, r8 and r9."""
    layout = plan.layout
    return [
        *_at("r8", "r6", layout.used, 3), f"r0 = *(u64 *)(r1 + {layout.clock})", "r9 = *(u64 *)(r8 + 0)",
        "if r9 == 0 goto enlist", "if r9 == r0 goto newest",
        *_leave_list(plan), "enlist:",
        f"r0 = *(u64 *)(r1 + {layout.clock})", "r0 += 1",
        f"*(u64 *)(r1 + {layout.clock}) = r0", "*(u64 *)(r8 + 0) = r0",
        "r8 = r1", f"r8 += {layout.older}", "r0 = *(u32 *)(r8 + 0)", "*(u32 *)(r8 + 0) = r6",
        *_at("r7", "r0", layout.newer), "*(u32 *)(r7 + 0) = r6",
        *_at("r7", "r6", layout.older), "*(u32 *)(r7 + 0) = r0",
        *_at("r7", "r6", layout.newer), "*(u32 *)(r7 + 0) = 0",
        "newest:",
    ]  # fmt: skip
