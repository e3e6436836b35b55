"""Programs out of sections: an entry function, the functions it calls behind it, addresses filled in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from vm.asm.elf.map_sections import ObjectMaps
from vm.asm.elf.reader import Elf, Reloc, Relocation, Section, Symbol, SymbolType, bad
from vm.encoding import LD_IMM64, SLOT_BYTES, decode, unpack
from vm.instruction import Slot
from vm.isa import MAX_INSNS, CallKind, ImmKind
from vm.program import Program
from vm.uapi.prog_types import Named, ProgType, hook_named
from vm.word import fits_signed, signed

_CALL = 0x85
_TEXT = ".text"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function: its slots, and where they stand in its section (``start``, in slots)."""

    symbol: Symbol
    section: Section
    start: int
    slots: tuple[Slot, ...]

    def relocations(self) -> Iterator[tuple[int, Relocation]]:
        """(slot, relocation) of those that apply to this function."""
        for each in self.section.relocations:
            at, rest = divmod(each.offset, SLOT_BYTES)
            if rest == 0 and self.start <= at < self.start + len(self.slots):
                yield at - self.start, each


def functions_of(elf: Elf, section: Section) -> list[Function]:
    """The functions of an executable section, by address."""
    found = []
    for symbol in elf.symbols_of(section, SymbolType.FUNC):
        end = symbol.value + symbol.size
        if (
            symbol.value % SLOT_BYTES
            or symbol.size % SLOT_BYTES
            or end > len(section.data)
            or not symbol.size
        ):
            raise bad(f"the function `{symbol.name}` does not lie in its section")
        slots = unpack(section.data[symbol.value : end])
        found.append(Function(symbol, section, symbol.value // SLOT_BYTES, slots))
    return found


def hook_of(section: str) -> Named | None:
    """The hook that a section's name stands for: ``xdp``, ``?tc``, ``kprobe/do_nanosleep``."""
    return hook_named(section.removeprefix("?"))


@dataclass(slots=True)
class Linker:
    """Puts the programs of one object together."""

    elf: Elf
    maps: ObjectMaps
    license: str
    functions: dict[int, list[Function]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for section in self.elf.sections:
            if section.executable and section.data:
                self.functions[section.index] = functions_of(self.elf, section)

    def entries(self) -> list[Function]:
        """The functions that are programs: those outside of .text; of .text, where there are no others."""
        found = [
            function
            for functions in self.functions.values()
            for function in functions
            if function.section.name != _TEXT and function.symbol.is_global
        ]
        if found:
            return found
        return [
            function
            for functions in self.functions.values()
            for function in functions
            if function.symbol.is_global
        ][:1]

    def program(self, entry: Function) -> Program:
        """The program that starts with ``entry``; raises HookscopeError."""
        layout = self.layout(entry)
        slots: list[Slot] = []
        for function, _ in layout.items():
            slots += function.slots
            if len(slots) > MAX_INSNS:
                raise bad(f"`{entry.symbol.name}` has more than {MAX_INSNS:,} instructions")
        for function, base in layout.items():
            self.fill(function, base, layout, slots)
        named = hook_of(entry.section.name)
        names = {function.symbol.name: base for function, base in layout.items()}
        return Program(
            name=entry.symbol.name,
            prog_type=named.hook.prog_type if named else ProgType.XDP,
            slots=tuple(slots),
            insns=decode(slots),
            maps=tuple(self.maps.specs),
            license=self.license,
            hook=named.name if named else None,
            labels=names,
            functions=names,
        )

    def layout(self, entry: Function) -> dict[Function, int]:
        """Where each function of a program starts: the entry, then what it calls, as it is called."""
        bases: dict[Function, int] = {entry: 0}
        size, waiting = len(entry.slots), [entry]
        while waiting:
            for _, callee in self.references(waiting.pop(0)):
                if callee not in bases:
                    bases[callee] = size
                    size += len(callee.slots)
                    waiting.append(callee)
        return bases

    def references(self, function: Function) -> Iterator[tuple[int, Function]]:
        """(slot, function) of every call of, or address of, another function."""
        relocated = dict(function.relocations())
        for at, slot in enumerate(function.slots):
            relocation = relocated.get(at)
            if slot.opcode == _CALL and slot.src == CallKind.LOCAL:
                yield at, self.callee(function, at, slot, relocation)
            elif slot.opcode == LD_IMM64 and relocation is not None and self.is_code(relocation.symbol):
                yield at, self.function_at(relocation.symbol, relocation.symbol.value + slot.imm)

    def is_code(self, symbol: Symbol) -> bool:
        """Whether the symbol lies among instructions."""
        return symbol.section is not None and symbol.section in self.functions

    def callee(self, function: Function, at: int, slot: Slot, relocation: Relocation | None) -> Function:
        """The function that a call goes to: by its symbol, or by its distance in the section."""
        if relocation is None:
            return self.function_at(function.symbol, (function.start + at + 1 + slot.imm) * SLOT_BYTES)
        symbol = relocation.symbol
        if not self.is_code(symbol):
            raise bad(f"`{function.symbol.name}` calls `{symbol.name}`, which is not in the file", _EXTERN)
        addend = (slot.imm + 1) * SLOT_BYTES if symbol.type == SymbolType.SECTION else 0
        return self.function_at(symbol, symbol.value + addend)

    def function_at(self, symbol: Symbol, offset: int) -> Function:
        """The function that starts at ``offset`` of the symbol's section."""
        for function in self.functions.get(symbol.section or 0, ()):
            if function.symbol.value == offset:
                return function
        raise bad(f"there is no function at offset {offset} of the section of `{symbol.name}`")

    def fill(self, function: Function, base: int, layout: dict[Function, int], slots: list[Slot]) -> None:
        """Writes the addresses that the function's instructions wait for."""
        filled = set()
        for at, callee in self.references(function):
            distance = layout[callee] - (base + at + 1)
            kind = CallKind.LOCAL if function.slots[at].opcode == _CALL else ImmKind.FUNC
            slots[base + at] = replace(slots[base + at], src=int(kind), imm=distance)
            filled.add(at)
        for at, relocation in function.relocations():
            if at not in filled:
                self.fill_data(function, relocation, base + at, slots)

    def fill_data(self, function: Function, relocation: Relocation, pc: int, slots: list[Slot]) -> None:
        """Writes the reference to a map or to global data."""
        symbol, slot = relocation.symbol, slots[pc]
        if relocation.type != Reloc.LD_IMM64 or slot.opcode != LD_IMM64 or pc + 1 >= len(slots):
            raise bad(f"`{function.symbol.name}` needs a relocation of type {relocation.type}", _EXTERN)
        if symbol.section is None:
            raise bad(f"`{function.symbol.name}` uses `{symbol.name}`, which is not in the file", _EXTERN)
        index = self.maps.by_place.get((symbol.section, symbol.value + slot.imm))
        if index is not None:
            slots[pc] = replace(slot, src=int(ImmKind.MAP_FD), imm=index)
            return
        index = self.maps.by_section.get(symbol.section)
        offset = symbol.value + slot.imm
        if index is None or not fits_signed(offset, 32):
            raise bad(f"`{function.symbol.name}` uses `{symbol.name}`, which is neither a map nor data")
        slots[pc] = replace(slot, src=int(ImmKind.MAP_VALUE), imm=index)
        slots[pc + 1] = replace(slots[pc + 1], imm=signed(offset, 32))


_EXTERN = "kernel symbols, kernel functions and kernel configuration are not modelled"
