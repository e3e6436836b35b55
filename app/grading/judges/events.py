"""``events``: what user space hears, and how well a detector tells attacks from the rest."""

from collections.abc import Iterator, Mapping, Sequence

from app.grading.case import Case, Miss, shortened
from app.grading.judges.numbers import fits, told
from app.grading.observed import Observed
from app.lessons.schema.expect import About, EventsExpect, Record, SameAs
from vm.change import Emitted, OutputKind

_NUMBERS: Mapping[str, tuple[int, str]] = {
    "u8": (1, "little"), "u16": (2, "little"), "u32": (4, "little"), "u64": (8, "little"),
    "be16": (2, "big"), "be32": (4, "big"),
}  # fmt: skip


def events(expected: EventsExpect | SameAs, case: Case) -> Miss | None:
    """Records in order, lines of trace_pipe in order, how many, and precision and recall."""
    seen = case.seen
    if isinstance(expected, SameAs):
        return _same(seen.outputs, case.other(expected.same_as).outputs)
    return next((miss for miss in _misses(expected, seen) if miss is not None), None)


def _misses(expected: EventsExpect, seen: Observed) -> Iterator[Miss | None]:
    records = [found.data for found in seen.outputs if found.kind is not OutputKind.TRACE_PIPE]
    lines = [text(found) for found in seen.outputs if found.kind is OutputKind.TRACE_PIPE]
    if expected.count is not None:
        yield _counted(len(records) or len(lines), expected.count)
    if expected.records is not None:
        yield _all_records(expected.records, records)
    if expected.trace is not None:
        yield _all_lines(expected.trace, lines)
    if expected.precision is not None or expected.recall is not None:
        yield from _detection(expected, seen)


def text(found: Emitted) -> str:
    """A line of trace_pipe."""
    return found.data.decode("utf-8", "replace").rstrip("\n\0")


def _counted(got: int, wanted: int | About) -> Miss | None:
    if fits(got, wanted):
        return None
    message = f"user space gets {got:,} records, where {told(wanted)} are right"
    return Miss(message, told(wanted), str(got), found=got)


def _all_records(wanted: Sequence[Record], got: Sequence[bytes]) -> Miss | None:
    for number, (record, data) in enumerate(zip(wanted, got, strict=False), 1):
        miss = _record(number, record, data)
        if miss is not None:
            return miss
    if len(wanted) != len(got):
        message = f"user space gets {len(got):,} records, where {len(wanted):,} are right"
        return Miss(message, str(len(wanted)), str(len(got)), found=len(got))
    return None


def _record(number: int, wanted: Record, data: bytes) -> Miss | None:
    said = f"record {number}"
    if wanted.size is not None and len(data) != wanted.size:
        message = f"{said} has {len(data)} bytes, where {wanted.size} are right"
        return Miss(message, f"{wanted.size} bytes", f"{len(data)} bytes")
    if wanted.hex is not None and data != bytes.fromhex(wanted.hex):
        return Miss(f"{said} is not what it should be", shortened(wanted.hex), shortened(data.hex(" ")))
    for at, kinds in wanted.at.items():
        for kind, value in kinds.items():
            got = part(data, at, kind)
            right = got == value if isinstance(value, str) or not isinstance(got, int) else fits(got, value)
            if not right:
                expected = value if isinstance(value, str) else told(value)
                message = f"{said} has {shown(got)} at byte {at}, where {expected} is right"
                return Miss(message, str(expected), shown(got), found=got)
    return None


def part(data: bytes, at: int, kind: str) -> int | str | None:
    """A number or a text in a record; None where it ends before."""
    if kind == "text":
        return data[at:].split(b"\0", 1)[0].decode("utf-8", "replace")
    size, order = _NUMBERS[kind]
    piece = data[at : at + size]
    return int.from_bytes(piece, order) if len(piece) == size else None  # type: ignore[arg-type]


def shown(got: int | str | None) -> str:
    """A part of a record in words."""
    return "nothing" if got is None else str(got)


def _all_lines(wanted: Sequence[str], got: Sequence[str]) -> Miss | None:
    at = 0
    for words in wanted:
        found = next((number for number in range(at, len(got)) if words in got[number]), None)
        if found is None:
            rest = got[at] if at < len(got) else "nothing more"
            return Miss(f"trace_pipe lacks a line with `{words}` here", words, shortened(rest))
        at = found + 1
    return None


def _detection(expected: EventsExpect, seen: Observed) -> Iterator[Miss | None]:
    wanted = frozenset(expected.wanted) if expected.wanted is not None else seen.wanted
    caught = [ran for ran in seen.ran if ran.outputs or ran.stopped]
    right = sum(ran.truth in wanted for ran in caught)
    guilty = sum(ran.truth in wanted for ran in seen.ran)
    precision = right / len(caught) if caught else 0.0
    recall = right / guilty if guilty else 1.0
    for name, least, got, of in (
        ("precision", expected.precision, precision, "of what it reports is right"),
        ("recall", expected.recall, recall, "of what happens is found"),
    ):
        if least is None or got >= least:
            continue
        false = len(caught) - right
        message = (
            f"{name} is {got:.2f}, and should be {least:g} at least: {right} of {guilty} were found, "
            f"with {false} false alarms"
        )
        yield Miss(message, f"{least:g} {of}", f"{got:.2f}", found=round(got, 4))


def _same(got: Sequence[Emitted], right: Sequence[Emitted]) -> Miss | None:
    for number, (mine, other) in enumerate(zip(got, right, strict=False), 1):
        if mine.data != other.data:
            message = f"record {number} is not what it should be"
            return Miss(message, shortened(other.data.hex(" ")), shortened(mine.data.hex(" ")))
    if len(got) != len(right):
        message = f"user space gets {len(got):,} records, where {len(right):,} are right"
        return Miss(message, str(len(right)), str(len(got)), found=len(got))
    return None
