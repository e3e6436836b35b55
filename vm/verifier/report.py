"""The answer of a verification."""

from dataclasses import dataclass

from vm.uapi.errno import Errno


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict and how it was reached; of a refusal, why.

    ``error`` is the last line of the kernel's message, ``pc`` the slot to blame (None: the whole program),
    ``category`` the group of the rule, ``unsupported`` where this verifier cannot tell. ``rule`` holds the
    words for a learner, with ``details`` to fill them.
    """

    accepted: bool
    errno: Errno | None = None
    error: str = ""
    log: str = ""
    processed: int = 0
    total_states: int = 0
    peak_states: int = 0
    max_states_per_insn: int = 0
    category: str = ""
    pc: int | None = None
    what: str = ""
    hint: str = ""
    stack_depths: tuple[int, ...] = ()
