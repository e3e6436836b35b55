"""Which rule was broken: its name, its texts as templates, its details; in one shape for all tables of rules.

The rules stand in three tables: those of the checks, of the walk, and of the program's structure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from string import Formatter
from types import MappingProxyType
from typing import Final

from vm.cfg.structure import RULES as STRUCTURE
from vm.cfg.structure import Rejection, check_instruction, check_structure
from vm.cfg.structure.early import find_functions
from vm.cfg.structure.walk import depth_fault
from vm.program import Program
from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.explain.explanation import Detail
from vm.verifier.rejection import UNSUPPORTED, Rejected
from vm.verifier.report import Report
from vm.verifier.rules import RULES

_GROUPS: Final[Mapping[str, Category]] = MappingProxyType({
    "uninitialised": Category.REGISTER_TYPE,
    "registers": Category.REGISTER_TYPE,
    "pointer-arithmetic": Category.REGISTER_TYPE,
    "arithmetic": Category.PROGRAM_STRUCTURE,
    "pointer-leak": Category.POLICY,
    "stack": Category.MEMORY,
    "maps": Category.MEMORY,
    "complexity": Category.LIMITS,
    "loops": Category.PROGRAM_STRUCTURE,
    "calls": Category.CALL_TYPE,
    "locks": Category.RESOURCE_LIFETIME,
    "returns": Category.EXECUTION_CONTEXT,
    "context": Category.EXECUTION_CONTEXT,
    "program-type": Category.EXECUTION_CONTEXT,
    "size": Category.LIMITS,
    "jumps": Category.PROGRAM_STRUCTURE,
    "encoding": Category.PROGRAM_STRUCTURE,
})  # fmt: skip
"""The eight groups for rules that are grouped more finely."""
_BY_TEXT: Final = {
    (rule.message, rule.what): name for table in (CORE_RULES, RULES) for name, rule in table.items()
}


def kebab(name: str) -> str:
    """A rule's name as explanations use it."""
    return name.lower().replace("_", "-")


def category_of(name: str) -> str:
    """One of the eight groups, or ``unsupported``."""
    if name == UNSUPPORTED:
        return name
    return str(_GROUPS.get(name) or Category(name))


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken rule. ``message``, ``what`` and ``hint`` are templates over ``details``."""

    kind: str
    category: str
    message: str
    what: str
    hint: str
    errno: Errno
    pc: int | None
    details: Mapping[str, Detail]

    @property
    def kernel(self) -> str:
        """The kernel's words."""
        return filled(self.message, self.details).rstrip("\n")


class _Lenient(dict[str, Detail]):
    """A detail nobody gave reads as what it is called."""

    def __missing__(self, key: str) -> str:
        return key


def filled(template: str, details: Mapping[str, Detail]) -> str:
    """The template with its details; never fails."""
    try:
        return template.format_map(_Lenient(details))
    except (ValueError, TypeError):
        return "".join(text for text, *_ in Formatter().parse(template))


def fields(template: str) -> Iterator[str]:
    """The names of the details a template asks for."""
    return (name for _, name, _, _ in Formatter().parse(template) if name)


def of_walk(program: Program, rejected: Rejected) -> Broken:
    """The rule that the walk met."""
    structural = _structural(program, rejected)
    if structural is not None:
        return of_structure(structural, rejected.pc)
    rule = rejected.rule
    name = _BY_TEXT.get((rule.message, rule.what), rule.category)
    details = MappingProxyType({"pc": rejected.pc, **rejected.details})
    broken = Broken(
        kebab(name), category_of(rule.category), rule.message, rule.what, rule.hint, rule.errno,
        rejected.pc, details,
    )  # fmt: skip
    return replace(broken, kind="stack-never-written", hint=_WRITE_FIRST) if _inside_stack(broken) else broken


_WRITE_FIRST: Final = "write these bytes before they are read"


def _inside_stack(broken: Broken) -> bool:
    """Whether bytes of the stack are refused that lie inside it: those below all that was ever written."""
    off, size = broken.details.get("off"), broken.details.get("size")
    if broken.kind != "stack-outside" or not isinstance(off, int) or not isinstance(size, int):
        return False
    return off >= -512 and off + size <= 0


def of_structure(fault: Rejection, pc: int | None = None) -> Broken:
    """The rule of structure that was broken."""
    at = fault.pc if fault.pc is not None else pc
    details = MappingProxyType({"pc": -1 if at is None else at, **dict(fault.details)})
    rule = fault.rule
    return Broken(
        str(fault.kind), category_of(str(rule.category)), rule.message, rule.what, rule.hint, rule.errno, at,
        details,
    )  # fmt: skip


def of_report(program: Program, report: Report) -> Broken:
    """The rule behind a refusal of which only the report is left: one from before the walk."""
    fault = check_structure(program)
    if fault is not None:
        broken = of_structure(fault)
        if broken.pc == report.pc and filled(broken.what, broken.details) == report.what:
            return broken
    errno = report.errno or Errno.EINVAL
    for name, rule in (*RULES.items(), *CORE_RULES.items()):
        details = _read_back(rule.what, report.what)
        if details is not None and rule.errno is errno:
            details |= _read_back(rule.message, report.error) or {}
            whole = filled(rule.message, details) == report.error
            return Broken(
                kebab(name), category_of(rule.category), rule.message if whole else _literal(report.error),
                _literal(report.what), _literal(report.hint), errno, report.pc, MappingProxyType(details),
            )  # fmt: skip
    return Broken(
        "refused", category_of(report.category or "policy"), _literal(report.error), _literal(report.what),
        _literal(report.hint), errno, report.pc, MappingProxyType({}),
    )  # fmt: skip


def _literal(text: str) -> str:
    """A template that reads as ``text``."""
    return text.replace("{", "{{").replace("}", "}}")


def _read_back(template: str, text: str) -> dict[str, Detail] | None:
    """The details with which a template reads as ``text``."""
    seen: set[str] = set()
    pattern = ""
    for literal, name, _, _ in Formatter().parse(template):
        pattern += re.escape(literal)
        if name:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
            seen.add(name)
    match = re.fullmatch(pattern, text, re.DOTALL)
    if match is None:
        return None
    return {name: int(found) if found.isdecimal() else found for name, found in match.groupdict().items()}


def _structural(program: Program, rejected: Rejected) -> Rejection | None:
    """The structural rule behind a refusal in the walk, if it is one."""
    rule = rejected.rule
    if rule.message not in ("", rejected.message) or (rule.message, rule.what) in _BY_TEXT:
        return None
    if not any(row.what == rule.what for row in STRUCTURE.values()):
        return None
    found = None
    if 0 <= rejected.pc < len(program.slots):
        found = check_instruction(program.slots[rejected.pc], program.prog_type, rejected.pc)
    if found is None or found.rule.what != rule.what:
        found = depth_fault(program, find_functions(program).starts)
    return found if found is not None and found.rule.what == rule.what else None
