"""The kernel's words with a note on every number: what it counts, in this program."""

import re
from collections.abc import Callable, Iterator, Mapping
from string import Formatter
from typing import Final

from vm.verifier.explain.broken import Broken, filled
from vm.verifier.explain.explanation import Detail, Note
from vm.verifier.explain.naming import Names
from vm.verifier.register import Register

Registers = Callable[[int], Register | None]
_NUMBER: Final = re.compile(r"-?0x[0-9a-f]+|-?\d+")
_INSIDE: Final = (
    (re.compile(r"alloc_insn=(\d+)"), "acquired by the call at {at}"),
    (re.compile(r"\bid=(\d+)"), "the verifier's own number for what was acquired"),
    (re.compile(r"smin=(-?\w+)"), "the least it can be, as a signed number"),
    (re.compile(r"smax=(-?\w+)"), "the most it can be, as a signed number"),
    (re.compile(r"\b(R\d+)\b"), "the register the access goes through"),
    (re.compile(r"value_size=(\d+)"), "bytes a value of the map has"),
    (re.compile(r"off=(-?\d+)"), "where the access begins, in bytes"),
    (re.compile(r"size=(\d+)"), "bytes the access takes"),
    (re.compile(r"\((-?0x[0-9a-f]+|\d+); "), "bits known to be 1"),
    (re.compile(r"; (-?0x[0-9a-f]+|\d+)\)"), "bits not known: each may be 0 or 1"),
)
_TYPES: Final[Mapping[str, str]] = {
    "scalar": "a number, not a pointer",
    "map_value_or_null": "a map value, or null if there was none",
    "ringbuf_mem_or_null": "a ring buffer record, or null if there was no room",
    "sock_or_null": "a socket, or null if there was none",
    "mem_or_null": "memory, or null",
    "map_value": "a map value",
    "map_ptr": "the map itself, not one of its values",
    "pkt": "a pointer into the packet",
    "pkt_end": "data_end, which is only for comparing",
    "ctx": "the context",
    "fp": "a pointer to the stack",
}
_FIELDS: Final[Mapping[str, str]] = {
    "size": "bytes the access takes",
    "off": "where the access begins, in bytes: the pointer's offset and the instruction's together",
    "range": "bytes proved to lie before data_end, counted from the packet's start",
    "limit": "bytes there are",
    "value_size": "bytes a value of the map has",
    "least": "the least it can be",
    "low": "the least that is allowed",
    "high": "the most that is allowed",
    "index": "the byte among these that is not set",
    "byte": "the byte among these that is not set",
    "type": "what the register holds, in the kernel's words",
    "expected": "what the helper takes there",
    "op": "the operation",
    "value": "the number that is too far",
    "count": "how many: one more than are allowed",
    "frames": "functions running at once",
    "target": "the slot it would go to",
    "bits": "the width in bits",
    "opcode": "the operation code, hexadecimal",
    "code": "the operation code, hexadecimal",
    "register": "registers are r0 to r10",
    "offset": "the offset, in bytes",
    "fd": "the number given for the map",
    "imm": "the constant in the instruction",
    "reg_off": "the pointer's own fixed offset",
    "struct": "the kernel structure behind the pointer",
    "buffer": "the kind of buffer",
    "helper": "the helper that is called",
    "map_type": "the number of the map's type",
    "first": "the first of the two",
    "second": "the second of the two",
    "src": "the register the instruction names",
    "attach": "the attach type",
    "alloc": "the instruction that acquired it",
    "region": "the memory the access is in",
    "has": "what is known of r0",
    "var_off": "what is known of the variable part, bit by bit",
    "place": "where it would be stored",
    "prog_type": "the type of the program",
}


_HERE: Final[Mapping[tuple[str, str], str]] = {
    ("shift-too-far", "count"): "bits to shift by: as many as the register has, or more",
    ("stack-too-large", "size"): "bytes of stack they use together: 512 is the limit",
    ("tail-call-stack", "size"): "bytes of stack the callers use: 256 is the limit",
    ("value-offset-outside", "size"): "bytes a value of the map has",
    ("value-of-many", "size"): "bytes a value of the map has",
}
"""What a field means where its name does not say it."""


def annotate(broken: Broken, names: Names, register: Registers) -> tuple[Note, ...]:
    """Notes on the kernel's text, in order; every number is covered."""
    text = broken.kernel
    notes: list[Note] = []
    at = 0
    for literal, field, spec, _ in Formatter().parse(broken.message):
        notes += _numbers(literal, at, names)
        start = at + len(literal)
        at = start
        if field:
            value = filled("{" + field + (f":{spec}" if spec else "") + "}", broken.details)
            at = start + len(value)
            notes += _field(broken, field, value, start, literal, names, register)
    return tuple(note for note in _apart(notes) if note.end <= len(text))


def _field(
    broken: Broken, field: str, value: str, start: int, literal: str, names: Names, register: Registers
) -> Iterator[Note]:
    inside = list(_inside(value, start, names))
    if inside:
        yield from inside
    elif field in ("reg", "register") and not literal.endswith("R"):
        yield Note(start, start + len(value), _register(broken.details.get(field), names, register))
    elif field in ("reg", "register"):
        yield Note(start - 1, start + len(value), _register(broken.details.get(field), names, register))
    elif field == "pc":
        yield Note(start, start + len(value), f"the instruction at {names.at(int(broken.details['pc']))}")
    elif field == "id":
        yield Note(start, start + len(value), _identity(broken, literal))
    elif field == "type" and value in _TYPES:
        yield Note(start, start + len(value), _TYPES[value])
    elif (broken.kind, field) in _HERE:
        yield Note(start, start + len(value), _HERE[broken.kind, field])
    elif field == "off" and broken.kind.startswith("packet"):
        yield Note(start, start + len(value), f"the access begins at byte {value} of the packet")
    elif value and (field in _FIELDS or _NUMBER.search(value)):
        yield Note(start, start + len(value), _FIELDS.get(field, field.replace("_", " ")))


def _identity(broken: Broken, literal: str) -> str:
    if literal.endswith("#"):
        return "the helper's number"
    if not broken.details.get("id"):
        return "0: the pointer has no variable part"
    return "the verifier's number for the variable part: pointers with the same one move together"


def _register(n: Detail | None, names: Names, register: Registers) -> str:
    if not isinstance(n, int):
        return "the register"
    held = register(n)
    if held is None:
        return f"register r{n}"
    return f"r{n}, which holds {names.value(held)}"


def _inside(value: str, start: int, names: Names) -> Iterator[Note]:
    """Notes on the numbers of a detail that is a text of its own."""
    if _NUMBER.fullmatch(value):
        return
    for pattern, words in _INSIDE:
        for match in pattern.finditer(value):
            at = names.at(int(match[1])) if "{at}" in words else ""
            yield Note(start + match.start(1), start + match.end(1), words.format(at=at))


def _numbers(literal: str, start: int, names: Names) -> Iterator[Note]:
    """Notes on numbers the kernel always writes."""
    for match in re.finditer(r"R(\d+)|(?<!\w)(\d+)(?!\w)|u64", literal):
        words = f"register r{match[1]}" if match[1] else _ALWAYS.get(match[0], "always this number here")
        yield Note(start + match.start(), start + match.end(), words)


_ALWAYS: Final = {
    "2": "bytes the kernel puts before a packet so that its IP header is aligned",
    "64": "the width in bits",
    "u64": "its range as an unsigned 64-bit number",
    "32": "the width in bits",
    "8": "functions that may run at once",
    "9": "one more than may run at once",
    "1": "the arena's address space",
    "0": "the kernel's own address space",
}


def _apart(notes: list[Note]) -> Iterator[Note]:
    end = 0
    for note in sorted(notes, key=lambda note: (note.start, -note.end)):
        if note.start >= end and note.end > note.start:
            yield note
            end = note.end
