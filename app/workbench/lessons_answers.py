"""Whether a prediction is right: a number however written, a range, a word, one of the choices."""

import re

_RANGE = re.compile(r"\s*(\S+?)\s*\.\.\s*(\S+)\s*")


def judge(answer: str, choices: tuple[str, ...], given: str) -> tuple[bool, str]:
    """Whether ``given`` is right, and what is, as it is told."""
    if choices:
        return given.strip() == answer, answer
    number = _number(given)
    if (bounds := _RANGE.fullmatch(answer)) is not None:
        low, high = _number(bounds[1]), _number(bounds[2])
        if low is not None and high is not None:
            return number is not None and low <= number <= high, f"from {bounds[1]} to {bounds[2]}"
    wanted = _number(answer)
    if wanted is not None:
        return number == wanted, answer
    return _plain(given) == _plain(answer), answer


def form_of(answer: str) -> str:
    """What kind of answer is asked for: ``number`` or ``word``."""
    bounds = _RANGE.fullmatch(answer)
    return "number" if _number(bounds[1] if bounds else answer) is not None else "word"


def _number(text: str) -> int | None:
    try:
        return int(text.strip().replace("_", "").replace(",", ""), 0)
    except ValueError:
        return None


def _plain(text: str) -> str:
    return " ".join(text.strip().strip("`'\".").casefold().replace("_", " ").split())
