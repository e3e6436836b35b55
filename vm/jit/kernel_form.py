"""The kernel form: what Linux 6.18 would emit. To be read and compared, never run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from vm.encoding import decode
from vm.instruction import Call, LoadImm64, Slot
from vm.isa import CallKind
from vm.jit.arch import Arch
from vm.jit.arm64 import function as arm64
from vm.jit.frame import Frame, kept_by
from vm.jit.layout import Laid, Relocation, Row, lay_out
from vm.jit.lower import LOWERINGS, lower, no_machine_code
from vm.jit.piece import Emit, Lowered
from vm.jit.program import OWN, Insn, Rewritten, TailCall
from vm.jit.tail_call import load_count, tail_call

_REMEMBERED = 1 << 16


@dataclass(frozen=True, slots=True)
class NativeFunction:
    """A function's machine code: that of its first slot, ``start``, begins behind the prologue."""

    start: int
    laid: Laid

    @property
    def code(self) -> bytes:
        """All bytes; distances out of the function are 0."""
        return self.laid.code

    @property
    def rows(self) -> tuple[Row, ...]:
        """The code by slot of the rewritten program, the first without one (prologue)."""
        return self.laid.rows

    @property
    def relocations(self) -> tuple[Relocation, ...]:
        """What only a running kernel can fill in."""
        return self.laid.relocations


def compile_kernel_form(program: Rewritten, arch: Arch = Arch.X86_64) -> tuple[NativeFunction, ...]:
    """Machine code for every function of a program rewritten for that machine.

    Raises HookscopeError for an instruction that should have been rewritten.
    """
    compile_function = _FUNCTIONS[arch]
    return tuple(
        NativeFunction(slots.start, compile_function(program, slots)) for slots in program.functions()
    )


def _x86_function(program: Rewritten, slots: range) -> Laid:
    body = program.slots[slots.start : slots.stop]
    frame = Frame(
        program.depths.get(slots.start, 0), kept_by(body), slots.start == 0, slots.start in program.counting
    )
    sources: list[tuple[int | None, Lowered]] = [(None, (Emit(frame.prologue()),))]
    insns = program.insns
    for pc, slot in zip(slots, body, strict=True):
        insn = insns[pc]
        kind = type(insn)
        if insn is None:
            sources.append((pc, ()))
        elif kind not in LOWERINGS and kind is not TailCall:
            raise no_machine_code(insn, pc)
        elif kind in OWN or kind is LoadImm64 or (frame.tail_calls and kind is Call):
            sources.append((pc, _lowered(insn, frame)))
        else:
            sources.append((pc, _usual(slot.opcode, slot.dst, slot.src, slot.off, slot.imm)))
    return lay_out(sources, frame.epilogue(), relative=True)


@lru_cache(maxsize=_REMEMBERED)
def _usual(opcode: int, dst: int, src: int, off: int, imm: int) -> Lowered:
    """The code of an instruction of one slot, distances counted from it: programs repeat themselves."""
    [insn] = decode((Slot(opcode, dst, src, off, imm),))
    return _compiled(insn)


def _lowered(insn: Insn, frame: Frame) -> Lowered:
    """The code of the others; what has to do with tail calls depends on the frame."""
    match insn:
        case TailCall(direct):
            return tail_call(frame, direct=direct)
        case Call(CallKind.LOCAL) if frame.tail_calls:
            return Emit(load_count(frame)), *_compiled(insn)
        case _:
            return _compiled(insn)


def _compiled(insn: Insn | None) -> Lowered:
    if insn is None:
        raise AssertionError("the second half of a constant is no instruction")
    return lower(insn, 0)


_FUNCTIONS: Mapping[Arch, Callable[[Rewritten, range], Laid]] = MappingProxyType(
    {Arch.X86_64: _x86_function, Arch.AARCH64: arm64.compile_function}
)
