"""Witnesses: inputs with which the unprotected machine goes wrong where the verifier refuses a program."""

from vm.witness.answer import Budget, Nothing, Witness
from vm.witness.search import Search

__all__ = ["Budget", "Nothing", "Search", "Witness"]
