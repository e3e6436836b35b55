"""Every package imported is declared: one that happens to lie in a developer's venv is no dependency."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from dev_setup import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OURS = {"app", "vm", "tests", "dev", "dev_setup"}
DISTRIBUTIONS = packages_distributions()


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: Iterable[str]) -> set[str]:
    """The distributions that requirement lines ask for, whatever their versions and markers."""
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in requirements}


def group(name: str) -> set[str]:
    """The distributions of a dependency group and of those it includes."""
    lines = PROJECT["dependency-groups"][name]
    included = (group(line["include-group"]) for line in lines if isinstance(line, dict))
    return named(line for line in lines if isinstance(line, str)).union(*included)


RUNTIME = named(PROJECT["project"]["dependencies"])
DECLARED = {
    "app": RUNTIME,
    "vm": RUNTIME,
    "tests": RUNTIME | group("dev"),
    "hatch_build.py": named(PROJECT["build-system"]["requires"]),
    "dev.py": set[str](),
    "dev_setup.py": set[str](),
}
"""What each part of the project may import; dev.py and its set-up run before anything is installed."""


def imported(source: str) -> Iterator[str]:
    """The top-level modules that a text imports anywhere, in functions too."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                pass


def providers(module: str) -> set[str]:
    """The distributions an import may come from: those that have the module, or are called like it."""
    return {normal(module), *map(normal, DISTRIBUTIONS.get(module, ()))}


def undeclared(source: str, declared: set[str]) -> set[str]:
    """The modules that a text imports and that neither Python, nor we, nor a declared distribution has."""
    found = set(imported(source)) - OURS - sys.stdlib_module_names
    return {module for module in found if not providers(module) & declared}


def texts(part: str) -> list[Path]:
    path = ROOT / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("part", DECLARED)
def test_every_import_is_of_a_declared_package(part: str) -> None:
    missing = {
        str(path.relative_to(ROOT)): found
        for path in texts(part)
        if (found := undeclared(path.read_text("utf-8"), DECLARED[part]))
    }
    assert missing == {}, "declare them in pyproject.toml, then `python3 dev.py lock`"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os.path, json\nfrom vm.word import hex64\nfrom . import beside", set()),
        ("import yaml", set()),
        ("def late():\n    from structlogg.stdlib import get_logger", {"structlogg"}),
        ("import hypothesis.strategies", {"hypothesis"}),
        ("if TYPE_CHECKING:\n    import numpy as np", {"numpy"}),
    ],
)
def test_an_undeclared_import_is_found(source: str, found: set[str]) -> None:
    assert undeclared(source, RUNTIME) == found
