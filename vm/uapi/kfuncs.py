"""Functions of the kernel that programs may call (kfuncs), by name and by number.

Recorded from Linux 6.18.44 (``python dev.py golden kfuncs``); the numbers are those of its types
(BTF) as built for the goldens.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from vm.uapi.prog_types import ProgType


@dataclass(frozen=True, slots=True)
class KernelType:
    """A parameter's or result's type.

    ``sort``: ``void``, ``int``, ``struct``, ``union``, ``func`` or ``other``; of a ``pointer``, of what it
    points at. ``size`` in bytes; ``plain``: a structure of nothing but numbers, all through;
    ``deep``: Linux gives up looking. ``word`` is what messages call the sort, of numbers ``name`` too.
    """

    pointer: bool
    sort: str
    name: str = ""
    size: int = 0
    plain: bool = False
    deep: bool = False
    word: str = ""

    @property
    def is_struct(self) -> bool:
        """Whether it is a structure or a union, or points at one."""
        return self.sort in ("struct", "union")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, whose ending tells what the verifier asks of it, and its type."""

    name: str
    type: KernelType


@dataclass(frozen=True, slots=True)
class KernelFunction:
    """A function programs of ``types`` may call."""

    name: str
    number: int
    result: KernelType
    parameters: tuple[Parameter, ...]
    types: frozenset[ProgType]


def _type(text: str) -> KernelType:
    pointer = text.startswith("*")
    sort, *rest = text.removeprefix("*").split(":")
    if sort in ("struct", "union"):
        return KernelType(pointer, sort, rest[0], int(rest[1]), rest[2] == "1", rest[2] == "2", sort.upper())
    if sort == "int":
        return KernelType(pointer, sort, rest[2], int(rest[0]), word=rest[1])
    return KernelType(pointer, sort, word="FUNC_PROTO" if sort == "func" else "UNKNOWN")


@cache
def kfuncs() -> Mapping[int, KernelFunction]:
    """Every such function by number."""
    text = files("vm.uapi").joinpath("kfuncs.json").read_text("utf-8")
    found = (
        KernelFunction(
            name,
            number,
            _type(result),
            tuple(Parameter(label, _type(kind)) for label, kind in parameters),
            frozenset(ProgType(kind) for kind in types),
        )
        for name, (number, result, parameters, types) in json.loads(text).items()
    )
    return MappingProxyType({function.number: function for function in found})
