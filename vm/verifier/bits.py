"""Bit masks of registers and stack slots, taken apart."""

from functools import lru_cache


@lru_cache(1 << 12)
def numbers(mask: int) -> tuple[int, ...]:
    """The numbers of the bits that are set, lowest first."""
    return tuple(n for n in range(mask.bit_length()) if mask >> n & 1)


@lru_cache(1 << 10)
def regs_text(mask: int) -> str:
    """Registers as the log lists them: ``r0,r6``."""
    return ",".join(f"r{n}" for n in numbers(mask))


@lru_cache(1 << 10)
def slots_text(mask: int) -> str:
    """Stack slots as the log lists them: ``-8,-16``."""
    return ",".join(str(-8 * (index + 1)) for index in numbers(mask))
