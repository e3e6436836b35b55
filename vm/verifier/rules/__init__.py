"""Every way to break an obligation, one row each: the kernel's words, errno, category, a learner's words.

Messages are those of Linux 6.18, recorded in tests/data/verifier. Texts are templates over the rejection's
details; a message of several lines is one the kernel prints as several, the last being the one that counts.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.verifier.rejection import Rule
from vm.verifier.rules import (
    access,
    arguments,
    calls,
    context,
    dynptrs,
    kfuncs,
    leaks,
    loading,
    pointers,
    resources,
    returns,
    stack,
    structures,
)

_TABLES = (
    access,
    arguments,
    calls,
    context,
    dynptrs,
    kfuncs,
    leaks,
    loading,
    pointers,
    resources,
    returns,
    stack,
    structures,
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {name: row for table in _TABLES for name, row in vars(table).items() if isinstance(row, Rule)}
)
"""The rules of the checks by name."""
