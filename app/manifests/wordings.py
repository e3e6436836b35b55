"""The words for a value of the wrong kind or size: for each of pydantic's complaints, and what to try."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from vm.source import did_you_mean

Said = tuple[str, str | None]
_LONGEST: Final = 40


def _value(error: Any) -> str:
    given = error["input"]
    text = str(given)
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "nothing" if given is None else f"`{shown}`"


def _whole(name: str, error: Any) -> Said:
    return f"`{name}` is a whole number, and {_value(error)} is none", "write digits, such as 3"


def _number(name: str, error: Any) -> Said:
    return f"`{name}` is a number, and {_value(error)} is none", "write it as 3 or 0.5"


def _least(name: str, error: Any) -> Said:
    least = next(iter(error["ctx"].values()))
    return f"`{name}` cannot be {_value(error)}", f"it is {least:,} at least"


def _most(name: str, error: Any) -> Said:
    most = next(iter(error["ctx"].values()))
    return f"`{name}` cannot be {_value(error)}", f"it is {most:,} at most"


def _too_short(name: str, error: Any) -> Said:
    least = error["ctx"]["min_length"]
    return f"there is too little in `{name}`", f"{least} at least {'is' if least == 1 else 'are'} needed"


def _too_long(name: str, error: Any) -> Said:
    most = error["ctx"]["max_length"]
    return f"there is too much in `{name}`", f"{most:,} at most are read"


def _list(name: str, _: Any) -> Said:
    return f"`{name}` is a list", "write [a, b], or lines that begin with `- `"


def _parts(name: str, error: Any) -> Said:
    return f"`{name}` has parts of its own, and {_value(error)} is none", "write them as {key: value}"


def _text(name: str, error: Any) -> Said:
    return f"`{name}` is a text, and {_value(error)} is none", "put it in quotes"


def _choice(name: str, error: Any) -> Said:
    expected = str(error["ctx"]["expected"])
    known = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    hint = did_you_mean(str(error["input"]), known) or f"it is {expected}".replace("'", "`")
    return f"`{name}` cannot be {_value(error)}", hint


def _truth(name: str, error: Any) -> Said:
    return f"`{name}` is true or false, and {_value(error)} is neither", "write `true`, or leave it out"


WORDINGS: Mapping[str, Callable[[str, Any], Said]] = MappingProxyType({
    "int_parsing": _whole, "int_type": _whole, "int_from_float": _whole,
    "float_parsing": _number, "float_type": _number, "bool_parsing": _truth, "bool_type": _truth,
    "greater_than_equal": _least, "less_than_equal": _most, "less_than": _most, "greater_than": _least,
    "too_short": _too_short, "too_long": _too_long, "string_too_long": _too_long,
    "string_too_short": _too_short, "tuple_type": _list, "list_type": _list,
    "model_type": _parts, "dict_type": _parts, "model_attributes_type": _parts, "string_type": _text,
    "literal_error": _choice, "enum": _choice,
})  # fmt: skip
"""By the type of the complaint; what is not here is told in pydantic's words."""
