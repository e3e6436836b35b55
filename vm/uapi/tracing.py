"""What programs that trace are given: records of tracepoints, arguments of functions and security hooks.

Recorded from Linux 6.18.44 (``python dev.py golden tracing``): offsets and sizes as tracefs gives them in its
``format`` files, arguments as the kernel's types (BTF) do.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from vm.uapi.struct_types import Field, Kind, Struct

COMMON = 8
"""Bytes at the start of a record that belong to the kernel: no program may read them."""


class Argument(NamedTuple):
    """An argument or result. ``kind`` is ``pointer`` (to the structure ``target``), ``other`` (a pointer to
    the type ``target``) or ``number`` of ``size`` bytes; ``type`` is as C writes it."""

    name: str
    type: str
    kind: str
    target: str = ""
    size: int = 8
    signed: bool = False


class Prototype(NamedTuple):
    """A function's arguments and its result."""

    arguments: tuple[Argument, ...]
    result: Argument


@cache
def _recorded() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(files("vm.uapi").joinpath("tracing.json").read_text("utf-8"))
    return found


_KINDS = {"p": "pointer", "u": "other"}


def _argument(name: str, text: str, *shape: Any) -> Argument:
    if shape[0] == "i":
        return Argument(name, text, "number", "", int(shape[1]) or 8, bool(shape[2]))
    return Argument(name, text, _KINDS[shape[0]], str(shape[1]))


def _field(name: str, text: str, offset: int, size: int, signed: int) -> Field:
    kind = Kind.BYTES if "[" in text or text.startswith("__data_loc") else Kind.SINT if signed else Kind.UINT
    if "*" in text:
        kind = Kind.POINTER
    doc = f"{text}: where its bytes lie in the record, and how many" if "__data_loc" in text else text
    return Field(name, offset, size, kind, f"{doc}.")


@cache
def records() -> Mapping[str, Struct]:
    """The record of every modeled tracepoint, by ``category/name``; its first 8 bytes are no field."""
    found = {}
    for name, rows in _recorded()["records"].items():
        fields = tuple(_field(*row) for row in rows)
        size = (max(field.end for field in fields) + 7) & ~7
        found[name] = Struct(name.partition("/")[2], size, fields, f"The record of the tracepoint {name}.")
    return MappingProxyType(found)


@cache
def record_structs() -> Mapping[str, Struct]:
    """The same by the tracepoint's name alone, as the assembler knows them: ``sys_enter_openat``."""
    return MappingProxyType({struct.name: struct for struct in records().values()})


@cache
def raw_arguments() -> Mapping[str, tuple[Argument, ...]]:
    """The arguments of every modeled raw tracepoint."""
    rows = _recorded()["raw"].items()
    return MappingProxyType({name: tuple(_argument(*row) for row in given) for name, given in rows})


def _prototypes(part: str) -> Mapping[str, Prototype]:
    return MappingProxyType({
        name: Prototype(tuple(_argument(*row) for row in given), _argument("", *result))
        for name, (given, result) in _recorded()[part].items()
    })  # fmt: skip


@cache
def functions() -> Mapping[str, Prototype]:
    """Every modeled function of the kernel."""
    return _prototypes("functions")


@cache
def lsm_hooks() -> Mapping[str, Prototype]:
    """Every modeled security hook."""
    return _prototypes("lsm")


@cache
def drop_reasons() -> Mapping[str, int]:
    """Why a packet may be dropped (enum skb_drop_reason), such as NO_SOCKET."""
    found: dict[str, int] = _recorded()["drop_reasons"]
    return MappingProxyType(found)
