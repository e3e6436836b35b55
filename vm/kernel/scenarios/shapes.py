"""What texts and rows of behaviours have to look like."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from vm.kernel.packet.form import from_form
from vm.source import HookscopeError

MOST = 200
"""Rows of a table."""


def is_address(value: Any) -> bool:
    """An IPv4 address."""
    try:
        IPv4Address(value)
    except ValueError:
        return False
    return True


def is_network(value: Any) -> bool:
    """An IPv4 network, such as 198.51.100.0/24."""
    try:
        IPv4Network(value)
    except ValueError:
        return False
    return True


def are_texts(value: Any) -> bool:
    """A list of texts that is not empty."""
    fits = isinstance(value, list | tuple) and 0 < len(value) <= MOST
    return fits and all(isinstance(each, str) for each in value)


def are_commands(value: Any) -> bool:
    """Commands with their arguments."""
    return isinstance(value, list | tuple) and len(value) <= MOST and all(are_texts(row) for row in value)


def are_packets(value: Any) -> bool:
    """Packets by name, each of which can be made; raises HookscopeError for one that cannot."""
    if not isinstance(value, Mapping) or len(value) > MOST:
        return False
    for name, form in value.items():
        try:
            from_form(form)
        except HookscopeError as refused:
            found = refused.diagnostic
            raise HookscopeError.of(found.code, f"{str(name)[:60]}: {found.message}", found.hint) from None
    return True


def rows(**shapes: Callable[[Any], bool] | type) -> Callable[[Any], bool]:
    """Rows that have exactly these keys, with values of a type or that fit."""

    def fits(value: Any) -> bool:
        return isinstance(value, list | tuple) and len(value) <= MOST and all(row_fits(row) for row in value)

    def row_fits(row: Any) -> bool:
        return (
            isinstance(row, Mapping)
            and row.keys() == shapes.keys()
            and all(_fits(shape, row[name]) for name, shape in shapes.items())
        )

    return fits


def _fits(shape: Callable[[Any], bool] | type, value: Any) -> bool:
    if isinstance(shape, type):
        return isinstance(value, shape) and not isinstance(value, bool)
    return shape(value)


def are_pairs(value: Any) -> bool:
    """Pairs of texts."""
    return isinstance(value, list | tuple) and all(are_texts(row) and len(row) == 2 for row in value)
