"""The kernel form: what Linux 6.18 would emit for x86-64. To be read and compared, never run."""

from dataclasses import dataclass

from vm.jit.frame import Frame, kept_by
from vm.jit.layout import Laid, Relocation, Row, lay_out
from vm.jit.lower import lower
from vm.jit.piece import Emit, Piece
from vm.jit.program import Rewritten


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


def compile_kernel_form(program: Rewritten) -> tuple[NativeFunction, ...]:
    """Machine code for every function; HookscopeError for an instruction that should have been rewritten."""
    return tuple(_function(program, slots) for slots in program.functions())


def _function(program: Rewritten, slots: range) -> NativeFunction:
    frame = Frame(
        program.depths.get(slots.start, 0),
        kept_by(program.slots[slots.start : slots.stop]),
        slots.start == 0,
        program.tail_calls,
    )
    sources: list[tuple[int | None, tuple[Piece, ...]]] = [(None, (Emit(frame.prologue()),))]
    sources += [(pc, _lowered(program, pc)) for pc in slots]
    laid: Laid = lay_out(sources, frame.epilogue())
    return NativeFunction(slots.start, laid.rows, laid.relocations)


def _lowered(program: Rewritten, pc: int) -> tuple[Piece, ...]:
    insn = program.insns[pc]
    return lower(insn, pc) if insn is not None else ()
