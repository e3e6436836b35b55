"""The assembler: a learner's text to programs, with every mistake at its place, and back to text."""

from vm.asm.assembler import assemble
from vm.asm.assembly import Assembly, SourceMap

__all__ = ["Assembly", "SourceMap", "assemble"]
