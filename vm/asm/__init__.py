"""The assembler: a learner's text to programs, with every mistake at its place, and back to text."""

from vm.asm.assembler import assemble
from vm.asm.assembly import Assembly, SourceMap
from vm.asm.disassembler import Line, Style, disassemble, text_of
from vm.asm.listing import to_source

__all__ = ["Assembly", "Line", "SourceMap", "Style", "assemble", "disassemble", "text_of", "to_source"]
