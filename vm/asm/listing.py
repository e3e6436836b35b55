"""A program written out as a text that assembles to it again: what ``disasm`` prints and an editor opens."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vm.asm.disassembler import source
from vm.asm.text_kernel import slot_text
from vm.encoding import encode
from vm.instruction import Call, Goto, Instruction, Jump, LoadImm64, MayGoto, jump_target, width
from vm.isa import FP, CallKind, ImmKind
from vm.program import MapSpec, Program
from vm.typetext import parse_type
from vm.uapi.map_types import MapType
from vm.word import MASK32

_NAME = re.compile(r"[A-Za-z_.][\w.]*", re.ASCII)
_PLAIN = re.compile(r"[\w./-]+(?: [\w./-]+)*", re.ASCII)
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_INDENT = " " * 8


def to_source(*programs: Program) -> str:
    """The text of one program, or of several that share their maps: directives, instructions with labels.

    Slots with reserved fields set, and those that are no instruction, are written as bits.
    """
    maps = programs[0].maps if programs else ()
    names = [each.name for each in programs]
    parts = ["\n".join(map_line(spec, maps, names) for spec in maps)] if maps else []
    parts += ["\n".join([*_head(program), *_Body(program).lines()]) for program in programs]
    return "\n\n".join([*parts, ""])[:-1]


def _head(program: Program) -> Iterator[str]:
    if _NAME.fullmatch(program.name):
        yield f".program {program.name}"
    if program.hook:
        yield f".hook {program.hook}"
    plain = _PLAIN.fullmatch(program.license)
    yield f".license {program.license if plain else _quoted(program.license)}"


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPED.get(letter, letter) for letter in text) + '"'


def map_line(spec: MapSpec, maps: Sequence[MapSpec], programs: Sequence[str] = ()) -> str:
    """The ``.map`` directive of a map, ``maps`` and ``programs`` being those its contents may name."""
    words = [".map", spec.name, spec.type.label]
    for what, kind, size in (
        ("key", spec.key_type, spec.key_size),
        ("value", spec.value_type, spec.value_size),
    ):
        if kind or size:
            words.append(f"{what}={kind or size}")
    words.append(f"entries={spec.max_entries}")
    words += [f"flags={spec.flags:#x}"] if spec.flags else []
    words += [f"inner={_inner_name(spec.inner, maps)}"] if spec.inner else []
    init = [entry for entry in _entries(spec, maps, programs) if entry]
    words += [f"init={{{', '.join(init)}}}"] if init else []
    words += ["frozen"] if spec.frozen else []
    words += [f"extra={spec.map_extra:#x}"] if spec.map_extra else []
    return " ".join(words)


def _inner_name(inner: MapSpec, maps: Sequence[MapSpec]) -> str:
    alike = (spec.name for spec in maps if replace(spec, name=inner.name, init=inner.init) == inner)
    return next(alike, inner.name)


def _entries(spec: MapSpec, maps: Sequence[MapSpec], programs: Sequence[str]) -> Iterator[str]:
    for key, value in spec.init:
        shown = _shown(spec.value_type, value)
        if spec.type in (MapType.PROG_ARRAY, MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS):
            names = programs if spec.type is MapType.PROG_ARRAY else [each.name for each in maps]
            index = int.from_bytes(value, "little")
            if index >= len(names):
                continue
            shown = names[index]
        yield f"{_shown(spec.key_type, key)}: {shown}" if spec.key_size else shown


def _shown(kind: str | None, data: bytes) -> str:
    return parse_type(kind or f"bytes[{len(data)}]").format(data)


class _Body:
    """The instructions of a program with names for the slots that others refer to."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.exact = dict(self.insns())
        self.inside = {pc + 1 for pc, insn in self.exact.items() if width(insn) == 2}
        self.names: dict[int, str] = {}
        self.taken = {spec.name for spec in program.maps}
        for name, pc in program.labels.items():
            if _NAME.fullmatch(name) and name not in self.taken and pc not in self.inside:
                self.names.setdefault(pc, name)
        self.taken |= set(program.labels)
        for pc, insn in self.exact.items():
            target = self.target(insn, pc)
            if target is not None:
                self.names.setdefault(target, self.fresh(f"{'L' if jumps(insn) else 'function_'}{target}"))

    def insns(self) -> Iterator[tuple[int, Instruction]]:
        """(pc, instruction) of every instruction that text can say: its registers exist, no more is set."""
        for pc, insn in enumerate(self.program.insns):
            if insn is None:
                continue
            slots = self.program.slots[pc : pc + width(insn)]
            if encode(insn) == slots and all(slot.dst <= FP and slot.src <= FP for slot in slots):
                yield pc, insn

    def fresh(self, name: str) -> str:
        """``name``, made longer until nothing else has it."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def target(self, insn: Instruction, pc: int) -> int | None:
        """The slot that the instruction refers to, if a label can stand before it."""
        match insn:
            case Call(CallKind.LOCAL, off, 0) | LoadImm64(_, ImmKind.FUNC, off, 0):
                found: int | None = pc + 1 + off
            case _:
                found = jump_target(insn, pc)
        if found is None or found in self.inside:
            return None
        return found if 0 <= found <= len(self.program.slots) else None

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        for pc, slot in enumerate(self.program.slots):
            if pc in self.names:
                yield f"{self.names[pc]}:"
            if pc not in self.inside:
                yield _INDENT + (self.text(self.exact[pc], pc) if pc in self.exact else slot_text(slot))
        if len(self.program.slots) in self.names:
            yield f"{self.names[len(self.program.slots)]}:"

    def text(self, insn: Instruction, pc: int) -> str:
        """One instruction, with names where there are some."""
        target = self.target(insn, pc)
        label = None if target is None else self.names[target]
        match insn:
            case Jump() | Goto() | MayGoto() if label:
                return f"{source(insn).rpartition(' ')[0]} {label}"
            case Call(CallKind.LOCAL, _, 0) if label:
                return f"call {label}"
            case Call(_, _, off) if off:
                return slot_text(encode(insn)[0])
            case LoadImm64(dst, ImmKind.FUNC, _, 0) if label:
                return f"r{dst} = {label} ll"
            case LoadImm64():
                return self.address(insn)
            case _:
                return source(insn)

    def address(self, insn: LoadImm64) -> str:
        """The load of a map, by its name."""
        maps = self.program.maps
        if insn.kind not in (ImmKind.MAP_FD, ImmKind.MAP_VALUE):
            return source(insn)
        name = maps[insn.imm].name if 0 <= insn.imm < len(maps) else ""
        if not _NAME.fullmatch(name) or (insn.kind is ImmKind.MAP_FD and insn.next_imm):
            return source(insn)
        place = f"[0] + {insn.next_imm & MASK32}" if insn.kind is ImmKind.MAP_VALUE else ""
        return f"r{insn.dst} = {name}{place} ll"


def jumps(insn: Instruction) -> bool:
    """Whether the instruction jumps (and does not call)."""
    return isinstance(insn, Jump | Goto | MayGoto)
