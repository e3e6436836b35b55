"""Texts that find a key's slot in the table of a hash map; registers as in ``map_texts``."""

from vm.jit.guarded.lookup import SPREAD32, SPREAD64, chunks
from vm.jit.guarded.surroundings import MapPlan, place

SIZED = {8: "u64", 4: "u32", 2: "u16", 1: "u8"}
"""What eBPF calls words of so many bytes."""


def find(plan: MapPlan, label: str = "") -> list[str]:
    """r6: the key's slot, or 0; r7: where the slot's number stands, in the chain's head or another's next.

    Spoils r0, r8 and r9.
    """
    following = word_of("r7", "r6", plan.layout.next)
    return [
        *chain(plan),
        f"find{label}:",
        "r6 = *(u32 *)(r7 + 0)",
        f"if r6 == 0 goto found{label}",
        *key_of("r8", "r6", plan),
        *(
            line
            for at, size in chunks(plan.key_size)
            for line in (
                f"r0 = *({SIZED[size]} *)(r2 + {at})",
                f"r9 = *({SIZED[size]} *)(r8 + {at})",
                f"if r0 != r9 goto other{label}",
            )
        ),
        f"goto found{label}",
        f"other{label}:",
        *following,
        f"goto find{label}",
        f"found{label}:",
    ]


def chain(plan: MapPlan) -> list[str]:
    """r7: where the chain's first slot stands."""
    bits = plan.layout.bits
    if plan.key_size == 4:
        text = ["r7 = *(u32 *)(r2 + 0)", f"w7 *= {SPREAD32 - (1 << 32)}", f"w7 >>= {32 - bits}"]
    else:
        text = ["r7 = 0", f"r0 = {SPREAD64:#x} ll"]
        for at, size in chunks(plan.key_size):
            text += [f"r6 = *({SIZED[size]} *)(r2 + {at})", "r7 ^= r6", "r7 *= r0"]
        text.append(f"r7 >>= {64 - bits}")
    return [*text, "r7 <<= 2", "r7 += r1", f"r7 += {plan.layout.heads}"]


def key_of(into: str, slot: str, plan: MapPlan) -> list[str]:
    """``into``: where the key of a slot stands."""
    return [
        f"{into} = {slot}",
        f"{into} *= {plan.key_size}",
        f"{into} += r5",
        f"{into} += {place(plan.address) - plan.key_size}",
    ]


def word_of(into: str, slot: str, array: int, shift: int = 2) -> list[str]:
    """``into``: where an array of the table has its word for ``slot``."""
    return [f"{into} = {slot}", f"{into} <<= {shift}", f"{into} += r1", f"{into} += {array}"]
