"""Predictions graded: a number, a range of numbers, a word, one of several choices."""

import re
from dataclasses import dataclass
from typing import Final

from app.grading.judges.verdicts import bare
from app.lessons.blocks import Prediction
from app.lessons.lesson import Lesson
from vm.source import HookscopeError

LONGEST: Final = 200
_NUMBER: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)")
_RANGE: Final = re.compile(rf"\s*({_NUMBER.pattern})\s*\.\.\s*({_NUMBER.pattern})\s*")
_WORD: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Predicted:
    """Whether an answer is right, the right one in words, and why (sanitised HTML)."""

    right: bool
    answer: str
    because: str


def answer(lesson: Lesson, prediction: str, given: str) -> Predicted:
    """Grades an answer; raises HookscopeError where the lesson asks no such thing."""
    found = next(
        (block for block in lesson.blocks if isinstance(block, Prediction) and block.id == prediction), None
    )
    if found is None:
        message = f"the lesson asks nothing named `{prediction[:60]}`"
        raise HookscopeError.of("unknown-prediction", message)
    return Predicted(is_right(found, given), _told(found.answer), found.because)


def is_right(asked: Prediction, given: str) -> bool:
    """Whether ``given`` is an answer that the question has."""
    text = " ".join(given[:LONGEST].split())
    if asked.choices:
        return text.casefold() == " ".join(asked.answer.split()).casefold()
    bounds = _RANGE.fullmatch(asked.answer)
    if bounds is not None:
        number, low, high = number_of(text), number_of(bounds[1]), number_of(bounds[2])
        return number is not None and low is not None and high is not None and low <= number <= high
    wanted = number_of(asked.answer)
    if wanted is not None:
        number = number_of(text)
        return number is not None and number % _WORD == wanted % _WORD
    return bool(text) and bare(_plain(text)) == bare(_plain(asked.answer))


def number_of(text: str) -> int | None:
    """A whole number: decimal, hex or binary, digits grouped by commas, blanks or underscores; else None."""
    digits = re.sub(r"(?<=[0-9a-fA-F])[,_ ](?=[0-9a-fA-F])", "", text.strip())
    if not _NUMBER.fullmatch(digits) or len(digits) > 80:
        return None
    sign = -1 if digits.startswith("-") else 1
    plain = digits.lstrip("+-").lower()
    base = {"0x": 16, "0b": 2}.get(plain[:2], 10)
    return sign * int(plain, base)


def _plain(text: str) -> str:
    return text.strip().strip("`'\".").replace("-", "_")


def _told(answer: str) -> str:
    bounds = _RANGE.fullmatch(answer)
    return f"from {bounds[1]} to {bounds[2]}" if bounds is not None else answer
