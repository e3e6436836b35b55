"""The machines a program can be compiled for."""

from enum import StrEnum


class Arch(StrEnum):
    """As ``uname -m`` names them."""

    X86_64 = "x86_64"
    AARCH64 = "aarch64"
