"""Which helpers a program may call at all: by number, program type, privileges and licence."""

from typing import TYPE_CHECKING

from vm.helpers.api import Helper
from vm.helpers.table import HELPERS
from vm.uapi.helper_ids import HelperId, helper_name
from vm.verifier.checks.common import refuse
from vm.verifier.checks.unmodeled import may_call
from vm.verifier.rejection import unsupported
from vm.verifier.rules import calls as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def available(walk: "Walk", number: int) -> Helper:
    """The row of helper ``number``, which the program may call."""
    name = "bpf_unspec" if number == 0 else helper_name(number)
    if name is None:
        refuse(walk, rules.NO_SUCH_HELPER, id=number)
    if number == 0:
        refuse(walk, rules.HELPER_NOT_HERE, helper=name, id=number)
    helper, kind = HELPERS.get(number), walk.program.prog_type
    if HelperId(number) in walk.profile.forbidden_helpers:
        refuse(walk, rules.HELPER_NEEDS_PERFMON, helper=name, id=number)
    if helper is None:
        if not may_call(kind, number):
            refuse(walk, rules.HELPER_NOT_HERE, helper=name, id=number)
        raise unsupported(walk.pc, f"the helper {name}")
    if helper.prog_types is not None and kind not in helper.prog_types:
        refuse(walk, rules.HELPER_NOT_HERE, helper=name, id=number)
    if helper.gpl_only and not walk.program.gpl:
        refuse(walk, rules.GPL_ONLY, helper=name, license=walk.program.license)
    return helper
