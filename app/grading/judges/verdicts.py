"""``verdicts``: what the program says of each packet or event, and what becomes of it."""

from collections.abc import Iterator, Mapping

from app.grading.case import Case, Miss, ranged
from app.grading.observed import Ran
from app.lessons.schema.expect import SameAs

PREFIXES = ("XDP_", "TC_ACT_", "TCX_", "SK_", "BPF_", "LSM_")
SAME = {"ABORT": "ABORTED", "REDIR": "REDIRECT"}

Verdicts = SameAs | Mapping[str | int, str]


def verdicts(expected: Verdicts, case: Case) -> Miss | None:
    """Names with or without prefix; also ``DELIVERED``, ``DROPPED``, ``SENT``, ``DENIED``, ``FAULT``."""
    for ran, wanted in _pairs(expected, case):
        if not says(ran, wanted):
            got = " and ".join(filter(None, (ran.verdict, *ran.also[:1]))) or "nothing"
            message = f"{ran.named} gets {got}, and should get {wanted}"
            if ran.trouble:
                message += f": {ran.trouble}"
            return Miss(message, wanted, got, ran.number, ran.verdict)
    return None


def says(ran: Ran, wanted: str) -> bool:
    """Whether a verdict, or an end, is the one that is named."""
    word = bare(wanted)
    return word in (bare(ran.verdict), *map(bare, ran.also))


def bare(name: str) -> str:
    """The name without its prefix, in capitals."""
    upper = name.upper().replace(" ", "_")
    short = next((upper[len(prefix) :] for prefix in PREFIXES if upper.startswith(prefix)), upper)
    return SAME.get(short, short)


def _pairs(expected: Verdicts, case: Case) -> Iterator[tuple[Ran, str]]:
    seen = case.seen.ran
    if isinstance(expected, SameAs):
        others = case.other(expected.same_as).ran
        yield from ((ran, other.verdict) for ran, other in zip(seen, others, strict=True))
        return
    for place, wanted in expected.items():
        yield from ((ran, wanted) for ran in ranged(place, seen))
