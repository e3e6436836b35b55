"""The types a learner gives to map keys and values, and how their bytes are read and written by people."""

from vm.typetext.parse import parse_type
from vm.typetext.scalars import ALIASES, SCALARS, SIZED, slot_range
from vm.typetext.types import Array, Field, Scalar, Struct, ValueType

__all__ = [
    "ALIASES",
    "SCALARS",
    "SIZED",
    "Array",
    "Field",
    "Scalar",
    "Struct",
    "ValueType",
    "parse_type",
    "slot_range",
]
