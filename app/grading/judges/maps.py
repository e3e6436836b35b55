"""``map``: what maps hold when everything has happened."""

from collections.abc import Mapping
from typing import Any

from app.grading.case import Case, Miss, shortened
from app.grading.judges.numbers import fits, told
from app.grading.sending.contents import as_number, items_of, key_bytes, per_cpu, value_bytes
from app.lessons.schema.expect import About, Expected, MapExpect, MapPart, SameAs
from vm.maps import BpfMap
from vm.maps.display import key_text, type_of, value_text, value_type
from vm.program import MapSpec
from vm.source import HookscopeError, did_you_mean
from vm.typetext import Struct, ValueType
from vm.uapi.map_types import MapType

ARRAYS = frozenset({MapType.ARRAY, MapType.PERCPU_ARRAY})
Entries = Mapping[bytes, bytes]


def maps(expected: Mapping[str, MapExpect], case: Case) -> Miss | None:
    """Each map that is named."""
    for name, wanted in expected.items():
        found = case.seen.maps.get(name)
        if found is None:
            hint = did_you_mean(name, case.seen.maps)
            message = f"the program has no map named `{name}`" + (f"; {hint}" if hint else "")
            return Miss(message, name, ", ".join(case.seen.maps) or "no maps")
        miss = _held(found, wanted, case, name)
        if miss is not None:
            return miss
    return None


def _held(found: BpfMap, wanted: MapExpect, case: Case, name: str) -> Miss | None:
    entries = entries_of(found)
    match wanted:
        case SameAs():
            return _same(found.spec, entries, case.other(wanted.same_as).maps.get(name), wanted)
        case MapPart():
            return _part(found.spec, entries, wanted)
        case _:
            return _whole(found.spec, entries, wanted)


def entries_of(found: BpfMap) -> Entries:
    """All entries; of an array those that are not 0."""
    is_array = found.spec.type in ARRAYS
    return {key: value for key, value in found.items() if not is_array or any(value)}


def _same(spec: MapSpec, entries: Entries, other: BpfMap | None, wanted: SameAs) -> Miss | None:
    if other is None:
        raise HookscopeError.of("no-map", f"{wanted.same_as} has no map `{spec.name}`")
    right = entries_of(other)
    for key in sorted({*right, *entries}):
        if right.get(key) != entries.get(key):
            return _differs(
                spec, key, _all_text(spec, right.get(key)), _all_text(spec, entries.get(key)), entries
            )
    return None


def _whole(spec: MapSpec, entries: Entries, wanted: Mapping[str | int, Expected]) -> Miss | None:
    keys = {key_bytes(spec, key): value for key, value in wanted.items()}
    miss = _has(spec, entries, keys)
    if miss is not None:
        return miss
    extra = next((key for key in entries if key not in keys), None)
    if extra is not None:
        return _differs(spec, extra, "no entry", _all_text(spec, entries[extra]), entries)
    return None


def _part(spec: MapSpec, entries: Entries, wanted: MapPart) -> Miss | None:
    miss = _has(spec, entries, {key_bytes(spec, key): value for key, value in wanted.has.items()})
    if miss is not None:
        return miss
    for key in wanted.lacks:
        data = key_bytes(spec, key)
        if data in entries:
            return _differs(spec, data, "no entry", _all_text(spec, entries[data]), entries)
    if wanted.entries is not None and not fits(len(entries), wanted.entries):
        message = f"{spec.name} has {len(entries):,} entries, where {told(wanted.entries)} are right"
        return Miss(message, told(wanted.entries), str(len(entries)), found=len(entries))
    return None


def _has(spec: MapSpec, entries: Entries, wanted: Mapping[bytes, Expected]) -> Miss | None:
    zeros = spec.type in ARRAYS
    for key, value in wanted.items():
        data = entries.get(key)
        if data is None and zeros:
            data = bytes(len(next(iter(entries.values()), bytes(spec.value_size))))
        if data is None or not value_fits(spec, data, value):
            return _differs(spec, key, expected_text(value), _all_text(spec, data), entries)
    return None


def value_fits(spec: MapSpec, data: bytes, wanted: Expected) -> bool:
    """Whether a value, of all CPUs, is as expected; a plain number of a per-CPU value is their sum."""
    kind = value_type(spec)
    each = per_cpu(spec, data)
    if len(each) > 1:
        numbers = [as_number(kind, one) for one in each]
        match wanted:
            case int() | About():
                return fits(sum(numbers), wanted)
            case tuple():
                return numbers == list(wanted) + [0] * (len(numbers) - len(wanted))
            case _:
                return any(_fits(kind, spec, one, wanted) for one in each)
    return _fits(kind, spec, each[0], wanted)


def _fits(kind: ValueType, spec: MapSpec, data: bytes, wanted: Expected) -> bool:
    match wanted:
        case int():
            return data == value_bytes(spec, wanted)
        case About():
            return fits(as_number(kind, data), wanted)
        case tuple():
            items = items_of(kind, data)
            return list(items) == list(wanted) + [0] * (len(items) - len(wanted))
        case dict():
            return fields_fit(kind, data, wanted)
        case _:
            return data == value_bytes(spec, wanted)


def fields_fit(kind: ValueType, data: bytes, wanted: Mapping[str, int | str | About]) -> bool:
    """Whether the fields that are named are as expected; raises HookscopeError for one that there is not."""
    if not isinstance(kind, Struct):
        raise HookscopeError.of("no-fields", f"{kind.text} has no fields", "write the value as one number")
    known = {field.name: field for field in kind.fields}
    for name, value in wanted.items():
        field = known.get(name)
        if field is None:
            raise HookscopeError.of("no-field", f"{kind.text} has no `{name}`", did_you_mean(name, known))
        part = data[field.offset : field.offset + field.type.size]
        if isinstance(value, str):
            if field.type.parse(value) != part:
                return False
        elif not fits(as_number(field.type, part), value):
            return False
    return True


def expected_text(wanted: Any) -> str:
    """An expected value in words."""
    match wanted:
        case int() | About():
            return told(wanted)
        case dict():
            return "{" + ", ".join(f"{key}: {expected_text(value)}" for key, value in wanted.items()) + "}"
        case tuple():
            return str(list(wanted))
        case _:
            return str(wanted)


def _all_text(spec: MapSpec, data: bytes | None) -> str:
    if data is None:
        return "no entry"
    each = per_cpu(spec, data)
    if len(each) == 1:
        return shortened(value_text(spec, each[0]))
    texts = ", ".join(f"CPU {cpu}: {value_text(spec, one)}" for cpu, one in enumerate(each))
    return shortened(texts)


def _differs(spec: MapSpec, key: bytes, expected: str, got: str, entries: Entries) -> Miss:
    named = f"{spec.name}[{key_text(spec, key)}]"
    message = f"{named} should be {expected}, and is {got}"
    if expected == "no entry":
        message = f"{named} is there, with {got}, and should not be"
    elif got == "no entry":
        message = f"{named} should be {expected}, and there is no such entry"
        if not entries:
            message += f": {spec.name} is empty"
    return Miss(message, expected, got, found=plain(spec, entries))


def plain(spec: MapSpec, entries: Entries) -> dict[str, Any]:
    """Entries as plain data: numbers where they are, texts otherwise."""
    kind = type_of(spec.value_type, spec.value_size)
    found: dict[str, Any] = {}
    for key, data in list(entries.items())[:64]:
        each = per_cpu(spec, data)
        number = sum(as_number(kind, one) for one in each)
        found[key_text(spec, key)] = value_text(spec, each[0]) if isinstance(kind, Struct) else number
    return found
