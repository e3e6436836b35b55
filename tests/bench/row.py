"""One measured figure and what it was held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `python3 dev.py bench`.

    `figure` is in `unit`; `target` is the limit as the reader should see it ("≤ 25"), empty where the figure
    is only noted; `ok` is whether the figure reaches it.
    """

    name: str
    figure: float
    unit: str
    target: str = ""
    ok: bool = True


def at_most(name: str, figure: float, unit: str, limit: float) -> Row:
    """A figure that must not exceed `limit`."""
    return Row(name, figure, unit, f"≤ {limit:,g}", figure <= limit)


def at_least(name: str, figure: float, unit: str, limit: float) -> Row:
    """A figure that must reach `limit`."""
    return Row(name, figure, unit, f"≥ {limit:,g}", figure >= limit)
