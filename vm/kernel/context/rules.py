"""The rows of context fields, which the verifier reads as well: ``vm.uapi.context_rules``."""

from vm.uapi.context_rules import (
    CONTEXTS,
    SKB_RULES,
    SKB_TYPES,
    XDP_RULES,
    FieldRule,
    Points,
    Widths,
    permitted,
    place_in,
    rule_at,
    rules_of,
)

__all__ = [
    "CONTEXTS",
    "SKB_RULES",
    "SKB_TYPES",
    "XDP_RULES",
    "FieldRule",
    "Points",
    "Widths",
    "permitted",
    "place_in",
    "rule_at",
    "rules_of",
]
