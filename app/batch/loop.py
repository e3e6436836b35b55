"""Reads lines, answers each, and goes on after a bad one."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.batch.answers import answer
from app.batch.messages import AnyLine
from vm.source import HookscopeError

MAX_LINE = 64 << 20
_LINE: TypeAdapter[Any] = TypeAdapter(AnyLine)


def answers(lines: Iterable[bytes]) -> Iterator[str]:
    """One line of JSON for each line that is not empty."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line), separators=(",", ":"))


def _answer(line: bytes) -> dict[str, Any]:
    name: object = None
    try:
        if len(line) > MAX_LINE:
            raise HookscopeError.of("too-large", "a line may have at most 64 MiB")
        data = json.loads(line)
        name = data.get("id") if isinstance(data, dict) else None
        return {"id": name, **answer(_LINE.validate_python(data, strict=False))}
    except HookscopeError as error:
        found = error.diagnostic
        return _failure(name, found.code, found.message, found.hint)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        return _failure(name, "bad-line", f"{where}: {first['msg']}", None)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        return _failure(name, "bad-json", f"this line is not JSON: {error}", None)
    except (MemoryError, RecursionError) as error:
        return _failure(name, "budget", f"this line needs more than it may use: {type(error).__name__}", None)


def _failure(name: object, code: str, message: str, hint: str | None) -> dict[str, Any]:
    return {"id": name, "error": message, "code": code, "hint": hint}
