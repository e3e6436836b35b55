"""The paths a processor might take by mistake, saved to be walked (sanitize_speculative_path)."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Jump, Reg
from vm.verifier import scalar as scalars
from vm.verifier.register import Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.saved import push
from vm.verifier.scalar import UNBOUNDED32

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

UNKNOWN: Final = scalar_register(scalars.UNKNOWN)


def go_wrong(walk: "Walk", insn: Jump, pc: int) -> None:
    """Saves the way a decided jump does not take, which the processor might."""
    regs = push(walk, pc, walk.pc, speculative=True).frame.regs
    regs[insn.dst] = UNKNOWN
    if isinstance(insn.src, Reg):
        regs[insn.src.n] = UNKNOWN


def skip_move(walk: "Walk", dst: int, pointer: Register) -> None:
    """Saves the path on which a mask turned the number added to ``pointer`` into zero."""
    if walk.regs[dst] is pointer:
        value = pointer.value
        pointer = pointer._replace(value=scalars.raw(value.var_off, *value.bounds[:4], *UNBOUNDED32))
    push(walk, walk.pc + 1, walk.pc, speculative=True).frame.regs[dst] = pointer
