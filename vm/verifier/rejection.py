"""A rule the program breaks, carried from where it is found to where the walk ends.

``Rule`` is a row of data; ``Rejected`` is the exception, private to the verifier, that carries a broken rule
out of the walk. The public result is always a ``Report``.

The rules of the checks stand in ``vm.verifier.rules.RULES``, those of the walk itself (limits, loops,
control) in ``vm.verifier.core_rules.CORE_RULES``; both map a rule's key to its row.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vm.uapi.errno import Errno

if TYPE_CHECKING:
    from vm.verifier.log import Log

UNSUPPORTED = "unsupported"
"""The category of what this verifier does not model: refused, never accepted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to be refused.

    ``message`` is the kernel's text, its last line the one that counts; ``what`` and ``hint`` are for a
    learner. All three are templates over the rejection's details, and ``{pc}``. Nothing is printed of an
    empty message.
    """

    message: str
    errno: Errno
    category: str
    what: str
    hint: str


class Rejected(Exception):  # noqa: N818 - the field's word for it
    """The program breaks ``rule`` at ``pc``; ``details`` fill the rule's templates."""

    def __init__(self, rule: Rule, pc: int, **details: int | str) -> None:
        self.rule = rule
        self.pc = pc
        self.details = details
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The kernel's words."""
        return self.rule.message.format_map({"pc": self.pc, **self.details})

    @property
    def ending(self) -> str:
        """What follows the message: some of the kernel's lack their line feed."""
        return "" if self.rule.message in _UNENDED else "\n"

    def explain(self, log: "Log") -> None:
        """Prints what the kernel prints behind the message."""


_UNENDED = frozenset(
    {"expected prog array map for tail call", "more than one arg with ref_obj_id R{reg} {second} {first}"}
)


def unsupported(pc: int, what: str) -> Rejected:
    """The refusal of what is not modeled yet, ``what`` as a noun phrase."""
    return Rejected(_UNSUPPORTED, pc, what=what)


_UNSUPPORTED = Rule(
    message="not modeled yet: {what}",
    errno=Errno.ENOTSUPP,
    category=UNSUPPORTED,
    what="This verifier does not model {what} yet, so it cannot tell whether Linux would accept the program.",
    hint="Ask a Linux kernel with `hookscope compare`.",
)
