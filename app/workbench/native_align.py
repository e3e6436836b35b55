"""Two listings of one function, ours and Linux's, instruction by instruction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from app.schemas.native import LinuxPairView
from app.workbench.native import NativeLine, decoder_of, gapped, text_of
from app.workbench.native_groups import insn_view
from vm.jit.arch import Arch

Differs = Literal["", "address", "other"]
Row = tuple[int | None, int | None]
"""What stands in one row, by its number on either side."""
_CALL, _JUMP = 0xE8, 0xE9
_KERNEL_HALF = 1 << 47
"""Addresses from here on are the kernel's; they change with every start and are nobody's business."""
_MOVABS_SIZE, _DISTANCE_SIZE = 10, 4
_MOST = 4_000
"""Instructions that are compared each with each where two functions differ; more are paired in order."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What two instructions must share to stand in one row."""

    size: int
    text: str


def decoded(code: bytes, syntax: str) -> tuple[NativeLine, ...]:
    """The instructions of an image, what leads out of it blanked; bytes that are none end the listing."""
    return tuple(_decoded(code, syntax))


def _decoded(code: bytes, syntax: str) -> Iterator[NativeLine]:
    for insn in decoder_of(Arch.X86_64, syntax).disasm(code, 0):
        raw, text, at = bytes(insn.bytes), text_of(insn), insn.address
        blank = _leads_out(raw, at, len(code))
        if blank is not None:
            start, size = blank
            raw = raw[:start] + bytes(size) + raw[start + size :]
            text = (
                f"{insn.mnemonic} …" if size == _DISTANCE_SIZE else f"{insn.mnemonic} {gapped(insn.op_str)}"
            )
        yield NativeLine(at, raw, text, None, None, "", blank)


def _leads_out(raw: bytes, at: int, size: int) -> tuple[int, int] | None:
    """Which bytes (from, how many) tell where something of the kernel is."""
    if raw[0] in (_CALL, _JUMP) and len(raw) == 1 + _DISTANCE_SIZE:
        to = at + len(raw) + int.from_bytes(raw[1:], "little", signed=True)
        return None if 0 <= to < size else (1, _DISTANCE_SIZE)
    if len(raw) == _MOVABS_SIZE and int.from_bytes(raw[2:], "little") >= _KERNEL_HALF:
        return 2, 8
    return None


def aligned(ours: Sequence[NativeLine], linux: Sequence[NativeLine]) -> list[LinuxPairView]:
    """The rows of both, in order: equal ones beside each other, others alone or with what they stand for."""
    mine, theirs = ([_key(line) for line in side] for side in (ours, linux))
    start = _common(mine, theirs)
    end = _common(mine[start:][::-1], theirs[start:][::-1])
    rows: list[Row] = [(n, n) for n in range(start)]
    rows += _between(mine[start : len(mine) - end], theirs[start : len(theirs) - end], start)
    rows += [(len(mine) - end + n, len(theirs) - end + n) for n in range(end)]
    return [
        _pair(None if a is None else ours[a], None if b is None else linux[b]) for a, b in rows
    ]  # fmt: skip


def _common(one: Sequence[_Key], other: Sequence[_Key]) -> int:
    """How many first keys are the same."""
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return same


def _between(mine: Sequence[_Key], theirs: Sequence[_Key], start: int) -> list[Row]:
    if len(mine) + len(theirs) > _MOST:
        return list(_side_by_side(range(len(mine)), range(len(theirs)), start))
    rows: list[Row] = []
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    for _, a0, a1, b0, b1 in matcher.get_opcodes():
        rows += _side_by_side(range(a0, a1), range(b0, b1), start)
    return rows


def _side_by_side(mine: range, theirs: range, start: int) -> Iterator[Row]:
    for n in range(max(len(mine), len(theirs))):
        a = start + mine[n] if n < len(mine) else None
        b = start + theirs[n] if n < len(theirs) else None
        yield a, b


def _key(line: NativeLine) -> _Key:
    """The same code with the places blanked that a running kernel fills in; jumps by their kind alone."""
    mnemonic = line.text.split(" ")[0]
    code = line.code
    if line.blank is not None:
        start, size = line.blank
        code = code[:start] + bytes(size) + code[start + size :]
    jump = mnemonic.startswith("j")
    return _Key(0 if jump else len(code), mnemonic if jump else code.hex())


def _pair(ours: NativeLine | None, linux: NativeLine | None) -> LinuxPairView:
    if ours is None or linux is None:
        view = insn_view(linux) if linux is not None else None
        return LinuxPairView(ours=None if ours is None else ours.at, linux=view, differs="other")
    differs = _differs(ours, linux)
    if differs == "address" and ours.blank is not None:
        linux = _blanked(linux, ours.blank)
    return LinuxPairView(ours=ours.at, linux=insn_view(linux), differs=differs)


def _blanked(line: NativeLine, blank: tuple[int, int]) -> NativeLine:
    start, size = blank
    code = line.code[:start] + bytes(size) + line.code[start + size :]
    mnemonic, _, operands = line.text.partition(" ")
    return replace(
        line, code=code, blank=blank, text=f"{mnemonic} {gapped(operands) if ',' in operands else '…'}"
    )


def _differs(ours: NativeLine, linux: NativeLine) -> Differs:
    """Only where ours leaves something to the running kernel may the bytes there be any."""
    if ours.blank is None:
        return "" if ours.code == linux.code and linux.blank is None else "other"
    start, end = ours.blank[0], sum(ours.blank)
    same = (ours.code[:start], ours.code[end:]) == (linux.code[:start], linux.code[end:])
    return "address" if same and len(ours.code) == len(linux.code) else "other"
