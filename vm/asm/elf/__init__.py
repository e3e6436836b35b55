"""Object files of ``clang -target bpf``: programs, maps and data, as libbpf would hand them to the kernel."""

import struct
from dataclasses import dataclass, replace

from vm.asm.elf.link import Linker
from vm.asm.elf.map_sections import put, read_maps
from vm.asm.elf.reader import Elf, bad, read_elf
from vm.program import Program
from vm.source import Diagnostic, HookscopeError, Severity

_EXT_HEADER = struct.Struct("<4xI20xI")
"""Of the header of .BTF.ext: its own length and that of the CO-RE relocations, whose first word is a size."""
_RECORD_SIZE = 4


@dataclass(frozen=True, slots=True)
class ElfObject:
    """The programs of an object file, in the order of the file, and what was wrong with the others."""

    programs: tuple[Program, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether all of the file could be read."""
        return bool(self.programs) and all(each.severity is not Severity.ERROR for each in self.diagnostics)


def is_elf(data: bytes) -> bool:
    """Whether ``data`` begins as an ELF file does."""
    return data[:4] == b"\x7fELF"


def load_elf(data: bytes) -> ElfObject:
    """The programs in an object file; never raises, whatever the bytes are."""
    try:
        elf = read_elf(data)
        linker = Linker(elf, read_maps(elf), _license(elf))
        entries = linker.entries()
        if not entries:
            raise bad("the file holds no program", 'put a function in a section: SEC("xdp")')
    except HookscopeError as error:
        return ElfObject((), (error.diagnostic,))
    found: list[Diagnostic] = _warnings(elf)
    programs: list[Program] = []
    for entry in entries:
        try:
            programs.append(linker.program(entry))
        except HookscopeError as error:
            found.append(error.diagnostic)
    names = [program.name for program in programs]
    for index, slot, target in linker.maps.targets:
        if target in names:
            put(linker.maps, index, slot, names.index(target))
    maps = tuple(linker.maps.specs)
    return ElfObject(tuple(replace(program, maps=maps) for program in programs), tuple(found))


def _license(elf: Elf) -> str:
    section = elf.section("license")
    return section.data.split(b"\0")[0].decode("utf-8", "replace") if section else ""


def _warnings(elf: Elf) -> list[Diagnostic]:
    section = elf.section(".BTF.ext")
    if section is None or len(section.data) < _EXT_HEADER.size:
        return []
    header, core_size = _EXT_HEADER.unpack_from(section.data)
    if header < _EXT_HEADER.size or core_size <= _RECORD_SIZE:
        return []
    message = "accesses to kernel structures keep the offsets the file was compiled with"
    return [Diagnostic("core", message, hint="CO-RE relocations are not applied", severity=Severity.WARNING)]
