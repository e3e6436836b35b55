"""Packets of the workbench made into a check, which expects of a learner's program what the solution does."""

import json

from app.schemas.author import RecordRequest
from app.schemas.trace import Inputs
from vm.source import HookscopeError

MOST = 100
"""Packets a recorded check sends."""


def recorded(before: str, wanted: RecordRequest, inputs: Inputs) -> str:
    """checks.yaml with the check behind those it has; raises HookscopeError with nothing to send."""
    packets = inputs.packets if wanted.packet is None else inputs.packets[wanted.packet : wanted.packet + 1]
    if not packets:
        raise HookscopeError.of(
            "no-packets", "there is no packet to record", "send some in the workbench first"
        )
    if len(packets) > MOST:
        raise HookscopeError.of(
            "too-many", f"a check records at most {MOST} packets; these are {len(packets):,}", "choose one"
        )
    lines = [f"- id: {wanted.id}", f"  title: {json.dumps(wanted.title, ensure_ascii=False)}"]
    if wanted.hidden:
        lines += ["  hidden: true", "  leak-free: Some packet is not treated as the text says."]
    lines.append("  send:")
    for packet, count in _runs(packets):
        lines.append(f'    - hex: "{packet}"')
        if count > 1:
            lines.append(f"      repeat: {count}")
    lines += ["  expect:", "    verdicts: {same-as: solution.bpf}"]
    return f"{before.rstrip()}\n\n" + "\n".join(lines) + "\n"


def _runs(packets: tuple[str, ...]) -> list[tuple[str, int]]:
    """Equal packets behind one another, counted."""
    found: list[tuple[str, int]] = []
    for packet in packets:
        if found and found[-1][0] == packet:
            found[-1] = (packet, found[-1][1] + 1)
        else:
            found.append((packet, 1))
    return found
