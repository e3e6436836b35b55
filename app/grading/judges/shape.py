"""``shape``: how the program is made, and how much of it was come to."""

import re
from collections.abc import Iterator

from app.grading.case import Case, Miss, shortened
from app.grading.judges.verifier import refusal
from app.lessons.schema.expect import ShapeExpect
from vm.asm import Style, text_of
from vm.encoding import pack
from vm.instruction import Call, Jump
from vm.isa import CallKind
from vm.kernel.native import compile_program
from vm.program import Program
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import map_type
from vm.uapi.prog_types import hook_named
from vm.verifier import Report


def shape(expected: ShapeExpect, case: Case) -> Miss | None:
    """The first of its demands that is not met."""
    return next((miss for miss in _misses(expected, case) if miss is not None), None)


def _misses(expected: ShapeExpect, case: Case) -> Iterator[Miss | None]:
    programs = case.subject.programs
    instructions = sum(1 for program in programs for insn in program.insns if insn is not None)
    slots = sum(len(program.slots) for program in programs)
    yield _most("instructions", instructions, expected.instructions_at_most)
    yield _most("slots", slots, expected.slots_at_most)
    words = [word for program in programs for word in listing(program)]
    yield from (_used(words, wanted) for wanted in expected.uses)
    yield from (_avoided(words, wanted) for wanted in expected.avoids)
    yield from (_map(case, name, kind) for name, kind in expected.maps.items())
    if expected.functions_at_least is not None:
        yield _functions(programs, expected.functions_at_least)
    yield from (_program(programs, name, hook) for name, hook in expected.programs.items())
    if expected.hooks:
        yield _hooked(programs[0], expected.hooks)
    if expected.bytes is not None:
        yield _encoded(programs[0], expected.bytes)
    if expected.native_bytes_at_most is not None:
        yield _native(programs[0], expected.native_bytes_at_most)
    if expected.branches_at_least is not None:
        yield _covered(case, expected.branches_at_least)


def _most(what: str, got: int, limit: int | None) -> Miss | None:
    if limit is None or got <= limit:
        return None
    return Miss(
        f"the program has {got:,} {what}; {limit:,} are enough", f"at most {limit:,}", str(got), found=got
    )


def listing(program: Program) -> Iterator[str]:
    """Each instruction as text, a helper's call with its name."""
    for insn in program.insns:
        if isinstance(insn, Call) and insn.kind is CallKind.HELPER:
            known = insn.imm in {row.value for row in HelperId}
            yield f"call bpf_{HelperId(insn.imm).name.lower()}" if known else f"call {insn.imm}"
        elif insn is not None:
            yield text_of(insn, Style.LLVM)


def _occurs(words: list[str], wanted: str) -> bool:
    if re.fullmatch(r"\w+", wanted):
        pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
        return any(pattern.search(text) for text in words)
    return any(wanted in text for text in words)


def _used(words: list[str], wanted: str) -> Miss | None:
    if _occurs(words, wanted):
        return None
    return Miss(f"`{wanted}` is nowhere in the program, and is what this is about", wanted, "not used")


def _avoided(words: list[str], wanted: str) -> Miss | None:
    if not _occurs(words, wanted):
        return None
    return Miss(f"`{wanted}` is in the program, and should not be needed", f"no {wanted}", "used")


def _map(case: Case, name: str, kind: str) -> Miss | None:
    spec, wanted = case.subject.maps.get(name), map_type(kind)
    if spec is None:
        return Miss(f"the program has no map named `{name}`", f"{name}, {kind}", "no such map")
    if wanted is not None and spec.type is wanted:
        return None
    return Miss(f"the map {name} is of kind {spec.type.label}, and should be {kind}", kind, spec.type.label)


def _functions(programs: tuple[Program, ...], least: int) -> Miss | None:
    got = sum(_count(program) for program in programs)
    if got >= least:
        return None
    return Miss(
        f"the program has {got} functions; {least} at least are wanted", f"at least {least}", str(got)
    )


def _count(program: Program) -> int:
    """Its functions: where it begins, and every place that is called."""
    called = {
        pc + 1 + insn.imm
        for pc, insn in enumerate(program.insns)
        if isinstance(insn, Call) and insn.kind is CallKind.LOCAL
    }
    return len({0, *called})


def _program(programs: tuple[Program, ...], name: str, hook: str) -> Miss | None:
    found = next((program for program in programs if program.name == name), None)
    if found is None:
        got = ", ".join(program.name for program in programs)
        return Miss(f"there is no program named `{name}`", name, got)
    return _hooked(found, (hook,))


def _hooked(program: Program, hooks: tuple[str, ...]) -> Miss | None:
    named = _canonical(program.hook or "")
    if named in map(_canonical, hooks):
        return None
    wanted = " or ".join(hooks)
    message = f"{program.name} is attached at {program.hook or 'no hook'}, and belongs at {wanted}"
    return Miss(message, wanted, program.hook or "none")


def _canonical(hook: str) -> str:
    named = hook_named(hook)
    if named is None:
        return hook
    return f"{named.hook.name}/{named.target}" if named.target else named.hook.name


def _encoded(program: Program, wanted: str) -> Miss | None:
    code = pack(program.slots).hex()
    digits = "".join(wanted.split()).lower()
    pattern = "".join("[0-9a-f]{2}" if pair == ".." else pair for pair in _pairs(digits))
    if re.fullmatch(pattern, code):
        return None
    pairs = list(_pairs(digits))
    at = next(
        (at for at, pair in enumerate(pairs) if pair not in ("..", code[2 * at : 2 * at + 2])), len(pairs)
    )
    message = f"the encoded program differs from byte {at} on (slot {at // 8}, byte {at % 8} of it)"
    return Miss(message, shortened(digits, 80), shortened(code, 80), found=code)


def _native(program: Program, limit: int) -> Miss | None:
    compiled = compile_program(program)
    if isinstance(compiled, Report):
        return refusal(program, compiled)
    size = sum(len(function.code) for function in compiled.functions)
    return _most("bytes of machine code", size, limit)


def _pairs(digits: str) -> Iterator[str]:
    yield from (digits[at : at + 2] for at in range(0, len(digits), 2))


def _covered(case: Case, least: float) -> Miss | None:
    ways = [
        (number, pc, jumped)
        for number, program in enumerate(case.subject.programs)
        for pc, insn in enumerate(program.insns)
        if isinstance(insn, Jump)
        for jumped in (True, False)
    ]
    if not ways:
        return None
    taken = case.seen.taken
    share = 100 * sum(way in taken for way in ways) / len(ways)
    if share >= least:
        return None
    number, pc, jumped = next(way for way in ways if way not in taken)
    span = case.subject.programs[number].spans.get(pc)
    where = f"line {span.line}" if span is not None else f"slot {pc}"
    message = f"what was sent takes {share:.0f} % of the ways; the comparison in {where} never " + (
        "jumps" if jumped else "goes on"
    )
    return Miss(message, f"at least {least:g} %", f"{share:.0f} %", found=share)
