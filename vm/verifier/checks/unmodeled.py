"""Helpers that are known by name only: which program types Linux lets call them."""

from vm.uapi.helper_masks import MASKS
from vm.uapi.prog_types import ProgType


def may_call(kind: ProgType, number: int) -> bool:
    """Whether Linux lets root's programs of that type call helper ``number``."""
    return bool(MASKS.get(kind, 0) >> number & 1)
