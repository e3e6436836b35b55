"""Which helpers a program may call at all: by number, program type, privileges and licence."""

from typing import TYPE_CHECKING

from vm.uapi.helper_ids import HelperId, helper_name
from vm.uapi.helper_masks import MASKS
from vm.verifier.checks.common import refuse
from vm.verifier.options import SLEEPABLE
from vm.verifier.rejection import unsupported
from vm.verifier.rules import calls as rules
from vm.verifier.signatures import Signature, signature

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def available(walk: "Walk", number: int) -> Signature:
    """The helper ``number``, which the program may call."""
    name = "bpf_unspec" if number == 0 else helper_name(number)
    if name is None:
        refuse(walk, rules.NO_SUCH_HELPER, id=number)
    kind = walk.program.prog_type
    if number and HelperId(number) in walk.profile.forbidden_helpers:
        refuse(walk, rules.HELPER_NEEDS_PERFMON, helper=name, id=number)
    if not number or not MASKS.get(kind, 0) >> number & 1:
        refuse(walk, rules.HELPER_NOT_HERE, helper=name, id=number)
    helper = signature(kind, number)
    if helper is None:
        raise unsupported(walk.pc, f"the helper {name}")
    if helper.gpl_only and not walk.program.gpl:
        refuse(walk, rules.GPL_ONLY, helper=name, license=walk.program.license)
    if helper.traced:
        refuse(walk, rules.NOT_IN_PROBE, helper=name)
    if helper.sleeps and not walk.options.load_flags & SLEEPABLE:
        refuse(walk, rules.MIGHT_SLEEP, helper=name)
    return helper
