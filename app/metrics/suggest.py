"""Rules to start from: what a program's maps look like they count."""

from collections.abc import Iterable, Iterator

from app.metrics.expression import NUMBERS, TABLES
from app.metrics.rules import allowed_name
from vm.kernel.contents import COUNTING
from vm.program import MapSpec
from vm.source import HookscopeError
from vm.typetext import Struct, ValueType, parse_type

_LABELS = {"ipv4": "address", "ipv6": "address", "mac": "mac", "port": "port", "be16": "port"}
_READ_AS = {"action": "xdp_action", "verdict": "xdp_action", "proto": "ip_protocol"}
_SECTIONS = "."
MOST = 16
"""Metrics that are suggested at most."""


def suggest(maps: Iterable[MapSpec]) -> str:
    """YAML rules for the maps that hold numbers, one metric a number; a comment alone where none does."""
    named = {spec.name: spec for spec in maps}
    rules = [rule for spec in named.values() for rule in _rules(spec)][:MOST]
    if not rules:
        return "# This program has no map whose entries are numbers, so there is nothing to export yet.\n"
    return "# A start, made from the program's maps. Change anything.\nmetrics:\n" + "".join(rules)


def _rules(spec: MapSpec) -> Iterator[str]:
    if spec.name.startswith(_SECTIONS) or spec.type not in COUNTING:
        return
    for field, expression in _numbers(spec):
        name = allowed_name(f"hookscope_{spec.name}{f'_{field}' if field else ''}").removesuffix("_total")
        what = f"{field.replace('_', ' ')} of {spec.name}" if field else f"Entries of {spec.name}"
        rule = [f"name: {name}_total", f'help: "{what}"', "type: counter"]
        rule.append(f"map: {spec.name}")
        if expression != "value":
            rule.append(f"value: {expression}")
        rule.append(f"labels: {{{_labels(spec)}}}")
        yield "  - " + "\n    ".join(rule) + "\n"


def _numbers(spec: MapSpec) -> Iterator[tuple[str, str]]:
    """The numbers in a value: a field's name (empty: all of it), and the expression for it."""
    kind = _type(spec.value_type)
    if isinstance(kind, Struct):
        yield from (
            (field.name, f"value.{field.name}") for field in kind.fields if field.type.text in NUMBERS
        )
    elif spec.value_size <= 8 and (kind is None or kind.text in NUMBERS):
        yield "", "value"


def _labels(spec: MapSpec) -> str:
    kind = _type(spec.key_type)
    if isinstance(kind, Struct):
        return ", ".join(f"{allowed_name(field.name)}: key.{field.name}" for field in kind.fields[:5])
    if spec.key_size > 8 and kind is None:
        return ""
    reading = next((table for word, table in _READ_AS.items() if word in spec.name), None)
    if reading is not None and spec.key_size == 4:
        return f"{reading.rpartition('_')[2]}: {reading}(key)"
    return f"{_LABELS.get(kind.text if kind else '', 'key')}: key"


def _type(text: str | None) -> ValueType | None:
    try:
        return parse_type(text) if text is not None else None
    except HookscopeError:
        return None


assert set(_READ_AS.values()) <= set(TABLES)  # noqa: S101 - a table that is suggested exists
