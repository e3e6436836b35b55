"""Kinds of differences, so that the same mistake of ours counts once however many programs show it."""

import re
from itertools import zip_longest

from tests.verifier.verdict import Differences, Verdict

_NUMBER = re.compile(r"0x[0-9a-f]+|-?\b\d+\b|(?<=[A-Za-z_=#@])-?\d+")
_STATE = re.compile(
    r"^(?P<head>\d+: (?:\(..\) .*?;)?|from \d+ to \d+(?: \(speculative execution\))?:)"
    r"(?P<state>(?: frame\d+:)? (?:R\d|fp-|refs=|cb\b).*)"
)
_PART = re.compile(r"(?:^| )(frame\d+|R\d+|fp-\d+|refs|cb)(?:_\w+)?(?:=|:|$)")


def template(message: str) -> str:
    """The message with its numbers taken out."""
    return _NUMBER.sub("N", message)


def first_difference(mine: str, kernel: str) -> tuple[int, str, str] | None:
    """The first line that differs: its number from 1, ours and the kernel's (empty past the end)."""
    pairs = zip_longest(mine.splitlines(), kernel.splitlines(), fillvalue="")
    return next(((at, a, b) for at, (a, b) in enumerate(pairs, 1) if a != b), None)


def kind_of_line(line: str) -> str:
    """What a line of the log is for."""
    if not line:
        return "end of log"
    for start, kind in _KINDS:
        if re.match(start, line):
            return kind
    return f"message: {template(line)}"


_KINDS = (
    (r"\s*\d* *\d+: [.\d]{10} ", "live registers"),
    (r"from \d+ to \d+: safe", "pruned"),
    (r"\d+: safe|safe", "pruned"),
    (r"from \d+ to \d+", "from-to state"),
    (r"\d+: \(", "instruction"),
    (r"\d+:", "state"),
    (r"mark_precise", "mark_precise"),
    (r"processed \d", "processed"),
    (r"stack depth", "stack depth"),
)


def kind_of_log_difference(mine: str, kernel: str) -> str:
    """The class of the first line that differs: of states, which part of which register's text."""
    found = first_difference(mine, kernel)
    if found is None:
        return "same"
    _, a, b = found
    state_a, state_b = _STATE.match(a), _STATE.match(b)
    if state_a and state_b and state_a["head"] == state_b["head"]:
        return f"{kind_of_line(b)}: {_state_kind(state_a['state'], state_b['state'])}"
    kind_a, kind_b = kind_of_line(a), kind_of_line(b)
    return f"{kind_b}, differs" if kind_a == kind_b else f"{kind_b}; we print {kind_a}"


def _state_kind(mine: str, kernel: str) -> str:
    a, b = _parts(mine), _parts(kernel)
    missing, added = b.keys() - a.keys(), a.keys() - b.keys()
    if missing or added:
        names = [f"lacks {_nameless(key)}" for key in missing] + [f"adds {_nameless(key)}" for key in added]
        return ", ".join(sorted(set(names)))
    key = next((key for key in b if a[key] != b[key]), None)
    return "spacing" if key is None else f"{_nameless(key)}: {_value_kind(a[key], b[key])}"


def _nameless(key: str) -> str:
    return re.sub(r"-?\d+", "", key)


def _parts(state: str) -> dict[str, str]:
    marks = list(_PART.finditer(state))
    ends = [mark.start() for mark in marks[1:]] + [len(state)]
    return {mark[1]: state[mark.end() : end] for mark, end in zip(marks, ends, strict=True)}


def _value_kind(mine: str, kernel: str) -> str:
    """Which attribute differs, or how the two are shown where they differ as a whole."""
    a, b = _attributes(mine), _attributes(kernel)
    if a[0] != b[0]:
        return f"{template(b[0])} shown as {template(a[0])}"
    names = sorted(name for name in a[1].keys() | b[1].keys() if a[1].get(name) != b[1].get(name))
    return f"{b[0]}({','.join(names)})" if names else "order"


def _attributes(value: str) -> tuple[str, dict[str, str]]:
    head, _, inside = value.partition("(")
    if not inside:
        return value, {}
    fields: dict[str, str] = {}
    names: list[str] = []
    for field in re.split(r",(?![^(]*\))", inside.removesuffix(")")):
        *given, last = field.split("=") if "var_off" not in field else field.split("=", 1)
        names = given or [last]
        for name in names:
            fields[name] = last
    return head, fields


def kinds(mine: Verdict, kernel: Verdict, equal: Differences) -> list[tuple[str, str]]:
    """What differs, as pairs of a group and a class within it."""
    if mine.crash:
        return [("crash", template(mine.crash))]
    found = []
    if not equal.verdict:
        group = "false accept" if mine.accepted else "false reject"
        found.append((group, template(kernel.error if mine.accepted else mine.error) or "no error line"))
    elif not equal.error:
        found.append(("error line", f"{template(kernel.error)}  |  ours: {template(mine.error)}"))
    elif not equal.errno:
        found.append(("errno", f"{kernel.errno}, ours {mine.errno}: {template(kernel.error)}"))
    if not equal.log:
        found.append(("log", kind_of_log_difference(mine.log, kernel.log)))
    return found
