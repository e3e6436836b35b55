"""Calls of kernel functions and addresses of kernel variables: what Linux looks at before it walks.

Numbers are those of the types (BTF) of one kernel, 6.18.44 as built for the goldens.
"""

from vm.instruction import Call, LoadImm64
from vm.isa import CallKind, ImmKind
from vm.program import Program
from vm.uapi.kernel_types import is_function, last_type, variables
from vm.uapi.kfuncs import kfuncs
from vm.verifier.kernel_calls import DEVICE_BOUND
from vm.verifier.rejection import Rejected, Rule
from vm.verifier.rules import kfuncs as kfunc_rules
from vm.verifier.rules import loading as rules


def calls_fault(program: Program) -> Rejected | None:
    """The first call of a kernel function that cannot be (add_kfunc_call)."""
    for pc, insn in enumerate(program.insns):
        if isinstance(insn, Call) and insn.kind is CallKind.KFUNC:
            rule = _call_rule(program, pc, insn.imm)
            if rule is not None:
                return Rejected(rule, pc, id=insn.imm & 0xFFFF_FFFF, license=program.license)
    return None


def _call_rule(program: Program, pc: int, number: int) -> Rule | None:
    module = program.slots[pc].off
    if not program.gpl:
        return rules.KFUNC_LICENSE
    if not number and not module:
        return None
    if module:
        return rules.KFUNC_NEGATIVE if module < 0 else rules.KFUNC_MODULE
    function = kfuncs().get(number)
    if function is not None and function.name.startswith(DEVICE_BOUND):
        return kfunc_rules.KFUNC_DEVICE_BOUND
    return None if is_function(number) else rules.KFUNC_NONE


def variables_fault(program: Program) -> Rejected | None:
    """The first address of a kernel variable that cannot be (check_pseudo_btf_id)."""
    for pc, insn in enumerate(program.insns):
        if isinstance(insn, LoadImm64) and insn.kind is ImmKind.BTF_ID and not insn.next_imm:
            number = insn.imm & 0xFFFF_FFFF
            if number > last_type():
                return Rejected(rules.KERNEL_TYPE_BEYOND, pc, id=insn.imm)
            if number in variables():
                return Rejected(rules.KERNEL_VARIABLE, pc, name=variables()[number])
            if number and not is_function(number):
                return Rejected(rules.KERNEL_TYPE_NONE, pc, id=insn.imm)
    return None
