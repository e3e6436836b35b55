"""Updates and deletions in maps, and marking as used, written in eBPF itself: what `vm.maps` does.

r1 is the map's table, r2 the key, r3 the value, r4 the flags, r5 the arena; addresses are the runner's own.
Slots are numbered from 1 as in the table (see ``Layout``). r0 is the answer, r1 and r5 stay throughout.
"""

from vm.jit.guarded.lookup import chunks
from vm.jit.guarded.map_find import SIZED, find, key_of
from vm.jit.guarded.map_slots import acquire, insert, log, release, unlink, use
from vm.jit.guarded.surroundings import MapPlan, Shape, place
from vm.uapi.errno import Errno

_MOST_AT_ONCE = 128
"""Bytes that are copied without a loop."""


def update(plan: MapPlan) -> str:
    """bpf_map_update_elem."""
    if plan.shape is Shape.ARRAY:
        return _update_array(plan)
    text = ["if r4 > 2 goto invalid", *find(plan), "if r6 == 0 goto new", "if r4 == 1 goto exists"]
    text += _stored(plan)
    if plan.shape is Shape.LRU:
        text += use(plan)
    return _text([*text, "r0 = 0", "exit", *_refusals("invalid", "exists", "missing", "full")])


def _stored(plan: MapPlan) -> list[str]:
    """From an entry found in r6, or at ``new`` from none, to the entry in r6 that holds the value."""
    if plan.per_cpu:
        return _put_in_place(plan)
    if plan.shape is Shape.LRU:
        return _put_in_a_slot_taken_first(plan)
    return _put_in_the_spare_slot(plan) if plan.preallocated else _put_in_a_new_slot(plan)


def _put_in_place(plan: MapPlan) -> list[str]:
    return [
        "goto put", "new:", "if r4 == 2 goto missing", *acquire(plan), *_set_key(plan, "r8"),
        *insert(plan), "r6 = r8", *_zero(plan), "put:", *_put(plan, "r6"), *log(plan, "r6"),
    ]  # fmt: skip


def _put_in_a_slot_taken_first(plan: MapPlan) -> list[str]:
    """Taking one may throw out the very entry, so it is looked for once more."""
    return [
        "goto replace", "new:", "if r4 == 2 goto missing", "replace:", *acquire(plan),
        *_set_key(plan, "r8"), *_put(plan, "r8"), "r4 = r8", *find(plan, "2"), "r8 = r4",
        *_in_place_of_r6(plan),
    ]  # fmt: skip


def _put_in_the_spare_slot(plan: MapPlan) -> list[str]:
    """The spare slot takes the value, and the old one is the spare slot from now on."""
    spare, happened = plan.layout.spare, plan.layout.happened
    return [
        f"r8 = *(u64 *)(r1 + {spare})", f"*(u64 *)(r1 + {spare}) = r6",
        f"r0 = *(u64 *)(r1 + {happened})", "r0 |= 2", f"*(u64 *)(r1 + {happened}) = r0", *unlink(plan),
        "goto link", "new:", "if r4 == 2 goto missing", *acquire(plan), "link:",
        *_set_key(plan, "r8"), *_put(plan, "r8"), *insert(plan), "r6 = r8",
    ]  # fmt: skip


def _put_in_a_new_slot(plan: MapPlan) -> list[str]:
    return [
        "new:", "if r6 != 0 goto room", "if r4 == 2 goto missing", "room:", *acquire(plan),
        *_set_key(plan, "r8"), *_put(plan, "r8"), *_in_place_of_r6(plan),
    ]  # fmt: skip


def _in_place_of_r6(plan: MapPlan) -> list[str]:
    """The slot in r8 for the one in r6, if there is one."""
    return ["if r6 == 0 goto link", *unlink(plan), *release(plan, "old"), "link:", *insert(plan), "r6 = r8"]


def delete(plan: MapPlan) -> str:
    """bpf_map_delete_elem."""
    if plan.shape is Shape.ARRAY:
        return _text(["r0 = -22", "exit"])
    text = [*find(plan), "if r6 == 0 goto missing", *unlink(plan), *release(plan, "gone")]
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
        text += [f"r0 = *({SIZED[word]} *)({source} + {at})", f"*({SIZED[word]} *)({to} + {at}) = r0"]
    return text


def _set_key(plan: MapPlan, slot: str) -> list[str]:
    text = key_of("r9", slot, plan)
    for at, size in chunks(plan.key_size):
        text += [f"r0 = *({SIZED[size]} *)(r2 + {at})", f"*({SIZED[size]} *)(r9 + {at}) = r0"]
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
