"""Witnesses: inputs with which the unprotected machine goes wrong where the verifier refuses a program."""

from vm.witness.search import Budget, Nothing, Search, Witness

__all__ = ["Budget", "Nothing", "Search", "Witness"]
