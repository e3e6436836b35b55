"""The grammar: one row per form of instruction, given by an example line and the builder of its shape.

An example may hold alternatives: ``{imm}`` is a number (with or without a minus sign) or the name of one,
``{+4}`` an offset with either sign or none, ``{to}`` every spelling of a jump target.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from vm.asm import c_addresses as addresses
from vm.asm import c_arithmetic as arithmetic
from vm.asm import c_control as control
from vm.asm import c_memory as memory
from vm.asm import mnemonic as m
from vm.asm.expression import unknown_name
from vm.asm.lexer import TOKEN, shape_of
from vm.asm.operands import Build, Tokens
from vm.asm.unit import Mistake, Unit
from vm.instruction import Instruction


@dataclass(frozen=True, slots=True)
class Form:
    """One form: the example it is known by, and its builder."""

    example: str
    build: Build


FORMS: tuple[Form, ...] = (
    # Arithmetic
    Form("r1 = r2", arithmetic.mov_reg(64)),
    Form("w1 = w2", arithmetic.mov_reg(32)),
    Form("r1 = {imm}", arithmetic.mov_imm(64)),
    Form("w1 = {imm}", arithmetic.mov_imm(32)),
    Form("r1 += r2", arithmetic.alu_reg(64)),
    Form("w1 += w2", arithmetic.alu_reg(32)),
    Form("r1 += {imm}", arithmetic.alu_imm(64)),
    Form("w1 += {imm}", arithmetic.alu_imm(32)),
    Form("r1 = (s8)r2", arithmetic.movsx(64)),
    Form("w1 = (s8)w2", arithmetic.movsx(32)),
    Form("r1 = -r1", arithmetic.neg(64)),
    Form("w1 = -w1", arithmetic.neg(32)),
    Form("r1 = be16 r1", arithmetic.endian),
    Form("r1 = addr_space_cast(r2, 0, 1)", arithmetic.cast),
    # Memory
    Form("r1 = *(u32 *)(r2 {+4})", memory.load(64)),
    Form("w1 = *(u32 *)(r2 {+4})", memory.load(32)),
    Form("r1 = *(s8 *)(r2 {+4})", memory.load_signed),
    Form("w1 = *(s8 *)(r2 {+4})", memory.load_signed_w),
    Form("*(u32 *)(r1 {+4}) = r2", memory.store_reg(64)),
    Form("*(u32 *)(r1 {+4}) = w2", memory.store_reg(32)),
    Form("*(u32 *)(r1 {+4}) = {imm}", memory.store_imm),
    # Atomic
    Form("lock *(u64 *)(r1 {+8}) += r2", memory.lock(64)),
    Form("lock *(u32 *)(r1 {+8}) += w2", memory.lock(32)),
    Form("r1 = atomic_fetch_add((u64 *)(r2 {+8}), r1)", memory.fetch(64)),
    Form("w1 = atomic_fetch_add((u32 *)(r2 {+8}), w1)", memory.fetch(32)),
    Form("r1 = atomic64_xchg((u64 *)(r2 {+8}), r1)", memory.xchg(64)),
    Form("w1 = atomic_xchg((u32 *)(r2 {+8}), w1)", memory.xchg(32)),
    Form("r0 = atomic64_cmpxchg((u64 *)(r2 {+8}), r0, r1)", memory.cmpxchg(64)),
    Form("w0 = atomic_cmpxchg((u32 *)(r2 {+8}), w0, w1)", memory.cmpxchg(32)),
    Form("r1 = xchg_64(r2 {+8}, r1)", memory.llvm_xchg),
    Form("w1 = xchg32_32(r2 {+8}, w1)", memory.llvm_xchg),
    Form("r0 = cmpxchg_64(r2 {+8}, r0, r1)", memory.llvm_cmpxchg),
    Form("w0 = cmpxchg32_32(r2 {+8}, w0, w1)", memory.llvm_cmpxchg),
    Form("r1 = load_acquire((u64 *)(r2 {+8}))", memory.acquire(64)),
    Form("w1 = load_acquire((u32 *)(r2 {+8}))", memory.acquire(32)),
    Form("store_release((u64 *)(r1 {+8}), r2)", memory.release(64)),
    Form("store_release((u32 *)(r1 {+8}), w2)", memory.release(32)),
    # 64-bit constants and addresses
    Form("r1 = counts ll", addresses.address),
    Form("r1 = {imm} ll", addresses.imm64),
    Form("r1 = &counts", addresses.ampersand),
    Form("r1 = &counts ll", addresses.ampersand),
    Form("r1 = map[id:5]", addresses.map_number),
    Form("r1 = map[id:5][0]+8", addresses.map_value_number),
    Form("r1 = subprog[+3]", addresses.subprog),
    Form("r1 = subprog[-3]", addresses.subprog),
    # Jumps and calls
    Form("if r1 == r2 goto {to}", control.jump(64)),
    Form("if w1 == w2 goto {to}", control.jump(32)),
    Form("if r1 == {imm} goto {to}", control.jump(64)),
    Form("if w1 == {imm} goto {to}", control.jump(32)),
    Form("if r1 & r2 goto {to}", control.jump(64)),
    Form("if w1 & w2 goto {to}", control.jump(32)),
    Form("if r1 & {imm} goto {to}", control.jump(64)),
    Form("if w1 & {imm} goto {to}", control.jump(32)),
    Form("goto {to}", control.goto),
    Form("gotol {to}", control.gotol),
    Form("may_goto {to}", control.may_goto),
    Form("call bpf_map_lookup_elem", control.call_name),
    Form("call bpf_map_lookup_elem#1", control.call_hash),
    Form("call 6", control.call_number),
    Form("call -6", control.call_minus),
    Form("call pc+3", control.call_pc),
    Form("call pc-3", control.call_pc),
    Form("callx r1", control.callx),
    Form("exit", control.exit_),
    # Legacy packet access
    Form("r0 = *(u8 *)skb[{imm}]", memory.packet_abs),
    Form("r0 = *(u8 *)skb[r1 {+12}]", memory.packet_ind),
    # Mnemonics
    Form("add r1, r2", m.alu_reg),
    Form("add r1, {imm}", m.alu_imm),
    Form("neg r1", m.neg),
    Form("be16 r1", m.endian),
    Form("lddw r1, counts", m.lddw_name),
    Form("lddw r1, {imm}", m.lddw),
    Form("lddw r1, map[id:5]", m.map_number),
    Form("lddw r1, map[id:5][0]+8", m.map_value_number),
    Form("lddw r1, subprog[+3]", m.subprog),
    Form("lddw r1, subprog[-3]", m.subprog),
    Form("ld_pseudo r1, 1, {imm}", m.pseudo),
    Form("ldxw r1, [r2 {+4}]", m.ldx),
    Form("stw [r1 {+4}], {imm}", m.st),
    Form("stxw [r1 {+4}], r2", m.stx),
    Form("lock add [r1 {+8}], r2", m.lock),
    Form("lock fetch_add [r1 {+8}], r2", m.lock),
    Form("lock fetch add [r1 {+8}], r2", m.lock_fetch),
    Form("jeq r1, r2, {to}", m.jump_reg),
    Form("jeq r1, {imm}, {to}", m.jump_imm),
    Form("ja {to}", m.ja),
    Form("call local function", m.call_local),
    Form("call local +3", m.call_local),
    Form("call local -3", m.call_local),
    Form("call r2", m.call_reg),
    Form("ldabsw {imm}", m.ldabs),
    Form("ldindw r1, {imm}", m.ldind),
)
"""Every form of instruction, in the order in which they are tried where two have one shape."""

_TARGETS = ("label", "+3", "-3", "pc+3", "pc-3", "3")


def _joined(build: Build, at: int) -> Build:
    """``build`` where a minus sign at ``at`` belongs to the number behind it."""

    def joined(t: Tokens, unit: Unit) -> Instruction | None:
        try:
            return build([*t[:at], "-" + t[at + 1], *t[at + 2 :]], unit)
        except Mistake as mistake:
            first, last = mistake.at
            mistake.at = (first + (first > at), last + (last >= at))
            raise

    return joined


def _filled(build: Build, at: int) -> Build:
    """``build`` where the offset at ``at`` was left out: it is 0."""

    def filled(t: Tokens, unit: Unit) -> Instruction | None:
        try:
            return build([*t[:at], "+", "0", *t[at:]], unit)
        except Mistake as mistake:
            first, last = mistake.at
            mistake.at = (first - 2 * (first > at), last - 2 * (last > at))
            raise

    return filled


def _named(build: Build, at: int) -> Build:
    """``build`` where the number at ``at`` is given by its name."""

    def named(t: Tokens, unit: Unit) -> Instruction | None:
        value = unit.symbols.constant(t[at])
        if value is None:
            raise unknown_name(t[at], at, unit.symbols)
        if value < 0 and t[at - 1] == "+":
            return build([*t[: at - 1], "-", str(-value), *t[at + 1 :]], unit)
        return build([*t[:at], str(value), *t[at + 1 :]], unit)

    return named


def _variants(example: str, build: Build) -> Iterator[tuple[str, Build]]:
    """(line, builder) for each alternative of an example.

    Choices are made from the left, so the wrapper of the rightmost one is the outermost and runs first:
    what it adds or takes away stands to the right of every index that the others use.
    """
    start = example.find("{")
    if start < 0:
        yield example, build
        return
    end = example.index("}")
    before, choice, after = example[:start], example[start + 1 : end], example[end + 1 :]
    at = len(TOKEN.findall(before))
    if choice == "imm":
        yield from _variants(f"{before}5{after}", build)
        yield from _variants(f"{before}-5{after}", _joined(build, at))
        yield from _variants(f"{before}LIMIT{after}", _named(build, at))
    elif choice == "to":
        for target in _TARGETS:
            yield from _variants(before + target + after, build)
    else:
        yield from _variants(f"{before}+ {choice[1:]}{after}", build)
        yield from _variants(f"{before}- {choice[1:]}{after}", build)
        yield from _variants(before.rstrip() + after, _filled(build, at))
        yield from _variants(f"{before}+ iphdr.saddr{after}", _named(build, at + 1))


def lines(form: Form) -> list[str]:
    """A line for each alternative of a form."""
    return [line for line, _ in _variants(form.example, form.build)]


def shape_of_line(line: str) -> str:
    """The shape of a line without prefixes."""
    return shape_of(TOKEN.findall(line))


def _table() -> dict[str, Build]:
    table: dict[str, Build] = {}
    for form in FORMS:
        for line, build in _variants(form.example, form.build):
            table.setdefault(shape_of_line(line), build)
    return table


SHAPES: Mapping[str, Build] = MappingProxyType(_table())
"""The builder of every shape of a line that is an instruction."""


@cache
def expected() -> Mapping[str, frozenset[str]]:
    """The kinds of token that may follow each beginning of a shape; ``$`` stands for the end of the line."""
    following: dict[str, set[str]] = {}
    for shape in SHAPES:
        for at in range(len(shape)):
            following.setdefault(shape[:at], set()).add(shape[at])
        following.setdefault(shape, set()).add("$")
    return MappingProxyType({beginning: frozenset(kinds) for beginning, kinds in following.items()})
