"""Numbers held against what is expected of them."""

from app.lessons.schema.expect import About


def fits(got: int, expected: int | About) -> bool:
    """Whether a number is the expected one, or within the bounds."""
    if isinstance(expected, int):
        return got == expected
    if expected.sum is not None and not fits(got, expected.sum):
        return False
    if expected.at_least is not None and got < expected.at_least:
        return False
    if expected.at_most is not None and got > expected.at_most:
        return False
    return expected.about is None or abs(got - expected.about) <= expected.within


def told(expected: int | About) -> str:
    """The expectation in words."""
    if isinstance(expected, int):
        return f"{expected:,}" if abs(expected) < 1 << 32 else f"{expected:#x}"
    parts = []
    if expected.sum is not None:
        parts.append(f"{told(expected.sum)} in all")
    if expected.at_least is not None:
        parts.append(f"at least {expected.at_least:,}")
    if expected.at_most is not None:
        parts.append(f"at most {expected.at_most:,}")
    if expected.about is not None:
        near = f" (give or take {expected.within:,})" if expected.within else ""
        parts.append(f"{expected.about:,}{near}")
    return ", ".join(parts)


def word(value: int) -> str:
    """A 64-bit word: small numbers of either sign as such, others in hex."""
    signed = value - (1 << 64) if value >> 63 else value
    if abs(signed) < 1 << 20:
        return f"{signed}" if signed >= 0 else f"{signed} ({value:#x})"
    return f"{value:#x}"
