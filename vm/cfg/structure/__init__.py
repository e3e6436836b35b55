"""The structural rejections of Linux 6.18: what it refuses without following register contents."""

from dataclasses import replace

from vm.cfg.structure.early import (
    find_functions,
    jump_fault,
    reachability_fault,
    size_fault,
    slot_fault,
    untyped_fault,
)
from vm.cfg.structure.instruction import check_instruction
from vm.cfg.structure.rejection import Rejection, explain
from vm.cfg.structure.rules import RULES, Category, Kind, Rule
from vm.cfg.structure.walk import depth_fault, walk_fault
from vm.program import Program

__all__ = [
    "RULES",
    "Category",
    "Kind",
    "Rejection",
    "Rule",
    "check_instruction",
    "check_structure",
    "explain",
]


def check_structure(program: Program, *, func_info: bool = False) -> Rejection | None:
    """The first structural rule of Linux 6.18 that ``program`` breaks, in the kernel's order.

    None means that what remains is up to data flow. ``func_info`` says whether the program is loaded with BTF
    function information, as libbpf does; a bare list of instructions has none. Privileges are root's.
    """
    fault = size_fault(program)
    if fault is not None:
        return fault
    functions = find_functions(program)
    if functions.fault is not None:
        return functions.fault
    fault = (
        jump_fault(program, functions)
        or (None if func_info else untyped_fault(program, functions))
        or slot_fault(program)
        or reachability_fault(program)
    )
    if fault is not None:
        return replace(fault, log=functions.log)
    return walk_fault(program, func_info) or depth_fault(program, functions.starts)
