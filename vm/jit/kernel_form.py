"""The kernel form: what Linux 6.18 would emit. To be read and compared, never run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.instruction import Call
from vm.isa import CallKind
from vm.jit.arch import Arch
from vm.jit.arm64 import function as arm64
from vm.jit.frame import Frame, kept_by
from vm.jit.layout import Laid, Relocation, Row, lay_out
from vm.jit.lower import lower
from vm.jit.piece import Emit, Piece
from vm.jit.program import Insn, Rewritten, TailCall
from vm.jit.tail_call import load_count, tail_call


@dataclass(frozen=True, slots=True)
class NativeFunction:
    """A function's machine code: rows by slot of the rewritten program, the first without one (prologue)."""

    start: int
    rows: tuple[Row, ...]
    relocations: tuple[Relocation, ...]

    @property
    def code(self) -> bytes:
        """All bytes; distances out of the function are 0."""
        return b"".join(row.code for row in self.rows)


def compile_kernel_form(program: Rewritten, arch: Arch = Arch.X86_64) -> tuple[NativeFunction, ...]:
    """Machine code for every function of a program rewritten for that machine.

    Raises HookscopeError for an instruction that should have been rewritten.
    """
    compile_function = _FUNCTIONS[arch]
    found = ((slots.start, compile_function(program, slots)) for slots in program.functions())
    return tuple(NativeFunction(start, laid.rows, laid.relocations) for start, laid in found)


def _x86_function(program: Rewritten, slots: range) -> Laid:
    kept = kept_by(program.slots[slots.start : slots.stop])
    frame = Frame(program.depths.get(slots.start, 0), kept, slots.start == 0, slots.start in program.counting)
    sources: list[tuple[int | None, tuple[Piece, ...]]] = [(None, (Emit(frame.prologue()),))]
    sources += [(pc, _lowered(program.insns[pc], pc, frame)) for pc in slots]
    return lay_out(sources, frame.epilogue())


def _lowered(insn: Insn | None, pc: int, frame: Frame) -> tuple[Piece, ...]:
    """Only what has to do with tail calls depends on the frame."""
    match insn:
        case None:
            return ()
        case TailCall(direct):
            return tail_call(frame, direct=direct)
        case Call(CallKind.LOCAL) if frame.tail_calls:
            return Emit(load_count(frame)), *lower(insn, pc)
        case _:
            return lower(insn, pc)


_FUNCTIONS: Mapping[Arch, Callable[[Rewritten, range], Laid]] = MappingProxyType(
    {Arch.X86_64: _x86_function, Arch.AARCH64: arm64.compile_function}
)
