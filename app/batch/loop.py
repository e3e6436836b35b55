"""Reads lines, answers each, and goes on after a bad one."""

import json
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NoReturn

from pydantic import TypeAdapter, ValidationError

from app.batch.answers import answer
from app.batch.messages import AnyLine
from vm.source import HookscopeError

MAX_LINE = 64 << 20
_PIECE = 1 << 20
_LINE: TypeAdapter[Any] = TypeAdapter(AnyLine)


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is too long only as much as shows it."""
    while line := stream.readline(MAX_LINE + 1):
        piece = line
        while len(line) > MAX_LINE and piece and not piece.endswith(b"\n"):
            piece = stream.readline(_PIECE)
        yield line


def answers(given: Iterable[bytes]) -> Iterator[str]:
    """One line of JSON for each line that is not empty."""
    for line in given:
        if line.strip():
            yield json.dumps(_answer(line), separators=(",", ":"))


def _answer(line: bytes) -> dict[str, Any]:
    name: object = None
    try:
        data = _read(line)
        name = _name(data)
        return {"id": name, **answer(_LINE.validate_python(data, strict=False))}
    except HookscopeError as error:
        found = error.diagnostic
        return _failure(name, found.code, found.message, found.hint)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        return _failure(name, "bad-line", f"{where}: {first['msg']}", None)
    except (MemoryError, RecursionError) as error:
        return _failure(name, "budget", f"this line needs more than it may use: {type(error).__name__}", None)
    except Exception as error:  # noqa: BLE001 - a defect of ours must not keep the next lines from an answer
        traceback.print_exception(error, file=sys.stderr)
        return _failure(
            name, "internal", f"the simulator failed on this: {type(error).__name__}", "please report it"
        )


def _read(line: bytes) -> Any:
    """The line's JSON; unlike Python's own reading, without NaN, Infinity and keys that stand twice."""
    if len(line) > MAX_LINE:
        raise HookscopeError.of("too-large", "a line may have at most 64 MiB")
    try:
        return json.loads(line, parse_constant=_no_constant, object_pairs_hook=_object)
    except ValueError as error:  # also a number of too many digits, and bytes that are no UTF-8
        raise HookscopeError.of("bad-json", f"this line is not JSON: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def _name(data: object) -> object:
    """The line's id; raises HookscopeError for one that could not be said again."""
    name = data.get("id") if isinstance(data, dict) else None
    try:
        json.dumps(name, allow_nan=False)
    except ValueError as error:
        raise HookscopeError.of("bad-line", "id: a number that no JSON can hold") from error
    return name


def _failure(name: object, code: str, message: str, hint: str | None) -> dict[str, Any]:
    return {"id": name, "error": message, "code": code, "hint": hint}
