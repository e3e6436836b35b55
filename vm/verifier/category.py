"""What a rejection is about: the groups in which explanations are given."""

from enum import StrEnum


class Category(StrEnum):
    """The group a rule belongs to."""

    REGISTER_TYPE = "register-type"
    MEMORY = "memory"
    RESOURCE_LIFETIME = "resource-lifetime"
    CALL_TYPE = "call-type"
    EXECUTION_CONTEXT = "execution-context"
    PROGRAM_STRUCTURE = "program-structure"
    POLICY = "policy"
    LIMITS = "limits"
