"""Why a line is no instruction, in words: for shapes that the grammar does not have."""

from collections.abc import Sequence

from vm.asm.unit import Mistake, Unit
from vm.asm.words import WORDS
from vm.source import did_you_mean


def explain(tokens: Sequence[str], shape: str, folded: str, unit: Unit) -> Mistake:
    """The mistake in a statement that has no form."""
    first = tokens[0]
    if shape[0] == "I":
        return Mistake("unknown-instruction", f"`{first}` is not an instruction", 0, did_you_mean(first, WORDS))
    if "Q" in shape:
        at = shape.index("Q")
        return Mistake("bad-register", f"there is no register `{tokens[at]}`", at, "registers are r0 to r10")
    return Mistake("syntax", "this line is not an instruction", (0, len(shape) - 1))
