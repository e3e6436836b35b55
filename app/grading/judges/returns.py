"""``returns``: what r0 holds at the exit."""

from collections.abc import Iterator, Mapping

from app.grading.case import Case, Miss, ranged
from app.grading.judges.numbers import fits, told, word
from app.grading.observed import Ran
from app.lessons.schema.expect import About, SameAs
from vm.word import MASK64

Returns = int | SameAs | Mapping[str | int, int | About]


def returns(expected: Returns, case: Case) -> Miss | None:
    """r0 as 64 bits; a negative number is its two's complement."""
    for ran, wanted in _pairs(expected, case):
        if ran.returned is None:
            return Miss(f"{ran.named}: {ran.trouble}", _text(wanted), ran.verdict.lower(), ran.number)
        if not _holds(ran.returned, wanted):
            message = f"{ran.named}: r0 is {word(ran.returned)} at the exit, where {_text(wanted)} is right"
            return Miss(message, _text(wanted), word(ran.returned), ran.number, ran.returned)
    return None


def _pairs(expected: Returns, case: Case) -> Iterator[tuple[Ran, int | About]]:
    seen = case.seen.ran
    match expected:
        case int():
            yield from ((ran, expected) for ran in seen)
        case SameAs():
            for ran, other in zip(seen, case.other(expected.same_as).ran, strict=True):
                if other.returned is not None:
                    yield ran, other.returned
        case _:
            for place, wanted in expected.items():
                yield from ((ran, wanted) for ran in ranged(place, seen))


def _holds(got: int, wanted: int | About) -> bool:
    if isinstance(wanted, int):
        return got == wanted & MASK64
    signed = got - (1 << 64) if got >> 63 else got
    return fits(got, wanted) or fits(signed, wanted)


def _text(wanted: int | About) -> str:
    return word(wanted & MASK64) if isinstance(wanted, int) else told(wanted)
