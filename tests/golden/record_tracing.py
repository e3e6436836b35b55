"""Records what programs that trace are given (vm/uapi/tracing.json), as this machine's kernel has it.

Records of tracepoints come from tracefs, which is mounted for this process alone; the arguments of raw
tracepoints, functions and security hooks from the kernel's types (BTF).
"""

import ctypes
import json
import os
import platform
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.golden.record_kernel_structs import BTF, Type, types
from tests.shared_data import CHECKOUT
from vm.uapi.kernel_functions import FUNCTION_ROWS
from vm.uapi.lsm_hooks import LSM_ROWS
from vm.uapi.tracepoints import RAW_ONLY, SYSCALLS, TRACEPOINT_ROWS

GOLDEN: Final = CHECKOUT / "vm/uapi/tracing.json"
_CLONE_NEWNS: Final = 0x20000
_MS_PRIVATE: Final = 0x40000 | 0x4000
_FIELD: Final = re.compile(r"\tfield:(.*?) ?(\w+)((?:\[\w*\])?);\toffset:(\d+);\tsize:(\d+);\tsigned:(\d);")
_POINTER, _TYPEDEF, _FUNC, _PROTO = 2, 8, 12, 13
_INT, _ENUM, _ENUM64 = 1, 6, 19
_STRUCTS: Final = (4, 5, 7)
_QUALIFIERS: Final = {9: "volatile ", 10: "const ", 11: "", 18: ""}
_SIGNED: Final = 1 << 24


class Kinds:
    """A kernel's types, asked for functions and what they take."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.strings = sum(int.from_bytes(data[at : at + 4], "little") for at in (4, 16))
        self.types: list[Type] = list(types(data))
        self.functions = {kind.name: kind for kind in self.types if kind.kind == _FUNC}
        self.typedefs = {kind.name: kind for kind in self.types if kind.kind == _TYPEDEF}

    def text(self, number: int) -> str:
        """The type as C writes it."""
        kind = self.types[number]
        if number == 0:
            return "void"
        if kind.kind == _POINTER:
            inner = self.text(kind.size)
            return f"{inner}*" if inner.endswith("*") else f"{inner} *"
        if kind.kind in _QUALIFIERS:
            return _QUALIFIERS[kind.kind] + self.text(kind.size)
        if kind.kind == _PROTO:
            return "function"
        prefix = {4: "struct ", 5: "union ", _ENUM: "enum ", _ENUM64: "enum "}.get(kind.kind, "")
        forward = "union " if kind.kind == 7 and kind.flag else "struct " if kind.kind == 7 else prefix
        return forward + (kind.name or "(anon)")

    def plain(self, number: int) -> int:
        """The type without names and qualifiers."""
        while self.types[number].kind in (_TYPEDEF, *_QUALIFIERS):
            number = self.types[number].size
        return number

    def shape(self, number: int) -> list[object]:
        """``["p", struct]``, ``["u", what]`` of another pointer, or ``["i", bytes, signed]``."""
        kind = self.types[self.plain(number)]
        if kind.kind == _POINTER:
            to = self.types[self.plain(kind.size)]
            if to.kind in _STRUCTS:
                return ["p", to.name]
            return ["u", self.text(self.plain(kind.size))]
        signed = kind.kind == _INT and bool(kind.extra[0] & _SIGNED)
        return ["i", kind.size, int(signed)]

    def parameters(self, proto: Type) -> Iterator[list[object]]:
        """Name, type in C and shape of each."""
        for at in range(0, len(proto.extra), 2):
            name_off, number = proto.extra[at : at + 2]
            start = self.strings + name_off
            name = self.data[start : self.data.index(b"\0", start)].decode()
            yield [name, self.text(number), *self.shape(number)]

    def function(self, name: str) -> list[list[object]] | None:
        """Parameters and result of a function; None where there is none of that name."""
        found = self.functions.get(name)
        if found is None:
            return None
        proto = self.types[found.size]
        return [[*self.parameters(proto)], [self.text(proto.size), *self.shape(proto.size)]]

    def raw_arguments(self, tracepoint: str) -> list[object] | None:
        """What a raw tracepoint gives: its function's parameters behind the first."""
        found = self.typedefs.get(f"btf_trace_{tracepoint}")
        if found is None:
            return None
        proto = self.types[self.plain(self.types[found.size].size)]
        names = self.functions.get(f"__traceiter_{tracepoint}")
        given = list(self.parameters(proto))[1:]
        if names is not None:
            for known, row in zip(list(self.parameters(self.types[names.size]))[1:], given, strict=True):
                row[0] = known[0]
        return [*given]


def records(names: list[str]) -> dict[str, list[object] | None]:
    """The fields of the tracepoints' records behind the common ones, out of a tracefs of our own."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.unshare(_CLONE_NEWNS)
    libc.mount(b"none", b"/", None, _MS_PRIVATE, None)
    with tempfile.TemporaryDirectory() as folder:
        if libc.mount(b"none", folder.encode(), b"tracefs", 0, None):
            raise SystemExit(f"record_tracing: tracefs: {os.strerror(ctypes.get_errno())}")
        try:
            return {name: _format(Path(folder, "events", name, "format")) for name in names}
        finally:
            libc.umount(folder.encode())


def _format(path: Path) -> list[object] | None:
    if not path.exists():
        return None
    found = [_FIELD.fullmatch(line) for line in path.read_text().splitlines() if line.startswith("\tfield:")]
    rows = [match.groups() for match in found if match is not None]
    return [
        [name, f"{kind}{array}", int(offset), int(size), int(signed)]
        for kind, name, array, offset, size, signed in rows
        if not name.startswith("common_")
    ]


def drop_reasons(kinds: Kinds) -> dict[str, int]:
    """The members of enum skb_drop_reason, without the common prefix."""
    enum = next(kind for kind in kinds.types if kind.kind == _ENUM and kind.name == "skb_drop_reason")
    found = {}
    for at in range(0, len(enum.extra), 2):
        start = kinds.strings + enum.extra[at]
        name = kinds.data[start : kinds.data.index(b"\0", start)].decode()
        found[name.removeprefix("SKB_DROP_REASON_").removeprefix("SKB_")] = enum.extra[at + 1]
    return found


def main() -> None:
    """Writes all of it, a row to a line."""
    if not BTF.exists():
        raise SystemExit(f"record_tracing: {BTF} is not there")
    kinds = Kinds(BTF.read_bytes())
    names = [row.name for row in TRACEPOINT_ROWS]
    names += [f"syscalls/sys_{way}_{row.name}" for row in SYSCALLS for way in ("enter", "exit")]
    raw = [row.name.partition("/")[2] for row in TRACEPOINT_ROWS] + [row.name for row in RAW_ONLY]
    parts: dict[str, dict[str, object]] = {
        "records": dict(records(names)),
        "raw": {name: kinds.raw_arguments(name) for name in raw},
        "functions": {row.name: kinds.function(row.name) for row in FUNCTION_ROWS},
        "lsm": {row.name: kinds.function(f"bpf_lsm_{row.name}") for row in LSM_ROWS},
        "drop_reasons": dict(drop_reasons(kinds)),
    }
    missing = [name for part in parts.values() for name, row in part.items() if row is None]
    if missing:
        raise SystemExit(f"record_tracing: this kernel has no {', '.join(missing)}")
    lines = [f'"kernel": {json.dumps(platform.release().partition("-")[0])}']
    for part, rows in parts.items():
        spelled = ((json.dumps(name), json.dumps(row, separators=(",", ":"))) for name, row in rows.items())
        body = ",\n".join(f" {name}: {row}" for name, row in spelled)
        lines.append(f'"{part}": {{\n{body}\n}}')
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(", ".join(f"{len(rows)} {part}" for part, rows in parts.items()))
