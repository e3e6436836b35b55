"""``variables``: what the program's own variables hold at the end."""

from collections.abc import Mapping

from app.grading.case import Case, Miss, shortened
from app.grading.judges.maps import expected_text, fields_fit
from app.grading.judges.numbers import fits
from app.grading.sending.contents import as_number, items_of
from app.lessons.schema.expect import About, Expected
from vm.source import did_you_mean
from vm.typetext import Array, ValueType, parse_type

_BY_SIZE = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}


def variables(expected: Mapping[str, Expected], case: Case) -> Miss | None:
    """Each variable that is named."""
    for name, wanted in expected.items():
        data = value_of(case, name)
        if data is None:
            hint = did_you_mean(name, case.subject.data)
            message = f"the program has no variable named `{name}`" + (f"; {hint}" if hint else "")
            return Miss(message, name, ", ".join(case.subject.data) or "no variables")
        kind = _kind(case, name, len(data))
        if not _holds(kind, data, wanted):
            got = shortened(kind.format(data))
            message = f"`{name}` should be {expected_text(wanted)} at the end, and is {got}"
            return Miss(message, expected_text(wanted), got, found=as_number(kind, data))
    return None


def value_of(case: Case, name: str) -> bytes | None:
    """The bytes of a variable at the end; None where there is no such."""
    datum = case.subject.data.get(name)
    if datum is None:
        return None
    spec = case.subject.assembly.symbols.maps[datum.map_index]
    found = case.seen.maps.get(spec.name)
    whole = found.user_lookup(bytes(4)) if found is not None else None
    return whole[datum.offset : datum.offset + datum.size] if isinstance(whole, bytes) else None


def _kind(case: Case, name: str, size: int) -> ValueType:
    return case.subject.data[name].type or parse_type(_BY_SIZE.get(size, f"bytes[{size}]"))


def _holds(kind: ValueType, data: bytes, wanted: Expected) -> bool:
    match wanted:
        case int():
            bits = 8 * len(data)
            return as_number(kind, data) % (1 << bits) == wanted % (1 << bits)
        case About():
            numbers = items_of(kind, data) if isinstance(kind, Array) else [as_number(kind, data)]
            return fits(sum(numbers), wanted)
        case tuple():
            items = items_of(kind, data)
            return list(items) == list(wanted) + [0] * (len(items) - len(wanted))
        case dict():
            return fields_fit(kind, data, wanted)
        case str() if wanted.startswith("0x") and len(wanted) == 2 + 2 * len(data):
            return data == bytes.fromhex(wanted[2:])
        case _:
            return data.rstrip(b"\0") == str(wanted).encode() or kind.format(data) == str(wanted)
