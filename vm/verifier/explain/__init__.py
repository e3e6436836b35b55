"""Rejections explained: what, why in the learner's own names, where, how it came to it, and what mends it."""

from vm.verifier.explain.explain import Explained, explained
from vm.verifier.explain.explanation import (
    Cause,
    CauseKind,
    Edit,
    Explanation,
    Note,
    Patch,
    Place,
)

__all__ = ["Cause", "CauseKind", "Edit", "Explained", "Explanation", "Note", "Patch", "Place", "explained"]
