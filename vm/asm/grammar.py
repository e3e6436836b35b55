"""The grammar: one row per form of instruction, given by an example line and the builder of its shape.

A row's example may hold alternatives: ``{imm}`` is a number with or without a minus sign, ``{+4}`` an offset
with either sign or none, ``{to}`` every spelling of a jump target.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.asm import mnemonic as m
from vm.asm import pseudo_c as c
from vm.asm.lexer import TOKEN, Kinds
from vm.asm.operands import Tokens
from vm.asm.pseudo_c import Build
from vm.asm.unit import Mistake, Unit
from vm.instruction import Instruction


@dataclass(frozen=True, slots=True)
class Form:
    """One form: the example it is known by, and its builder."""

    example: str
    build: Build


FORMS: tuple[Form, ...] = (
    # Arithmetic
    Form("r1 = r2", c.mov_reg(64)),
    Form("w1 = w2", c.mov_reg(32)),
    Form("r1 = {imm}", c.mov_imm(64)),
    Form("w1 = {imm}", c.mov_imm(32)),
    Form("r1 += r2", c.alu_reg(64)),
    Form("w1 += w2", c.alu_reg(32)),
    Form("r1 += {imm}", c.alu_imm(64)),
    Form("w1 += {imm}", c.alu_imm(32)),
    Form("r1 = (s8)r2", c.movsx(64)),
    Form("w1 = (s8)w2", c.movsx(32)),
    Form("r1 = -r1", c.neg(64)),
    Form("w1 = -w1", c.neg(32)),
    Form("r1 = be16 r1", c.endian),
    Form("r1 = addr_space_cast(r2, 0, 1)", c.cast),
    # Memory
    Form("r1 = *(u32 *)(r2 {+4})", c.load(64)),
    Form("w1 = *(u32 *)(r2 {+4})", c.load(32)),
    Form("r1 = *(s8 *)(r2 {+4})", c.load_signed),
    Form("w1 = *(s8 *)(r2 {+4})", c.load_signed_w),
    Form("*(u32 *)(r1 {+4}) = r2", c.store_reg(64)),
    Form("*(u32 *)(r1 {+4}) = w2", c.store_reg(32)),
    Form("*(u32 *)(r1 {+4}) = {imm}", c.store_imm),
    # Atomic
    Form("lock *(u64 *)(r1 {+8}) += r2", c.lock(64)),
    Form("lock *(u64 *)(r1 {+8}) += w2", c.lock(32)),
    Form("r1 = atomic_fetch_add((u64 *)(r2 {+8}), r1)", c.fetch(64)),
    Form("w1 = atomic_fetch_add((u64 *)(r2 {+8}), w1)", c.fetch(32)),
    Form("r1 = atomic64_xchg((u64 *)(r2 {+8}), r1)", c.xchg(64)),
    Form("w1 = atomic64_xchg((u64 *)(r2 {+8}), w1)", c.xchg(32)),
    Form("r0 = atomic64_cmpxchg((u64 *)(r2 {+8}), r0, r1)", c.cmpxchg(64)),
    Form("w0 = atomic64_cmpxchg((u64 *)(r2 {+8}), w0, w1)", c.cmpxchg(32)),
    Form("r1 = xchg_64(r2 {+8}, r1)", c.llvm_xchg),
    Form("w1 = xchg32_32(r2 {+8}, w1)", c.llvm_xchg),
    Form("r0 = cmpxchg_64(r2 {+8}, r0, r1)", c.llvm_cmpxchg),
    Form("w0 = cmpxchg32_32(r2 {+8}, w0, w1)", c.llvm_cmpxchg),
    Form("r1 = load_acquire((u64 *)(r2 {+8}))", c.acquire(64)),
    Form("w1 = load_acquire((u64 *)(r2 {+8}))", c.acquire(32)),
    Form("store_release((u64 *)(r1 {+8}), r2)", c.release(64)),
    Form("store_release((u64 *)(r1 {+8}), w2)", c.release(32)),
    # 64-bit constants and addresses
    Form("r1 = {imm} ll", c.imm64),
    Form("r1 = counts ll", c.address),
    Form("r1 = &counts", c.ampersand),
    # Jumps and calls
    Form("if r1 == r2 goto {to}", c.jump(64)),
    Form("if w1 == w2 goto {to}", c.jump(32)),
    Form("if r1 == {imm} goto {to}", c.jump(64)),
    Form("if w1 == {imm} goto {to}", c.jump(32)),
    Form("if r1 & r2 goto {to}", c.jump(64)),
    Form("if w1 & w2 goto {to}", c.jump(32)),
    Form("if r1 & {imm} goto {to}", c.jump(64)),
    Form("if w1 & {imm} goto {to}", c.jump(32)),
    Form("goto {to}", c.goto),
    Form("gotol {to}", c.gotol),
    Form("may_goto {to}", c.may_goto),
    Form("call 6", c.call_number),
    Form("call +3", c.call_pc),
    Form("call -3", c.call_pc),
    Form("call pc+3", c.call_pc),
    Form("call pc-3", c.call_pc),
    Form("call function", c.call_name),
    Form("call bpf_map_lookup_elem#1", c.call_hash),
    Form("callx r1", c.callx),
    Form("exit", c.exit_),
    # Legacy packet access
    Form("r0 = *(u8 *)skb[{imm}]", c.packet_abs),
    Form("r0 = *(u8 *)skb[r1 {+12}]", c.packet_ind),
    # Mnemonics
    Form("add r1, r2", m.alu_reg),
    Form("add r1, {imm}", m.alu_imm),
    Form("neg r1", m.neg),
    Form("be16 r1", m.endian),
    Form("lddw r1, {imm}", m.lddw),
    Form("lddw r1, counts", m.lddw_name),
    Form("ld_pseudo r1, 1, {imm}", m.pseudo),
    Form("ldxw r1, [r2 {+4}]", m.ldx),
    Form("stw [r1 {+4}], {imm}", m.st),
    Form("stxw [r1 {+4}], r2", m.stx),
    Form("lock add [r1 {+4}], r2", m.lock),
    Form("lock fetch_add [r1 {+4}], r2", m.lock),
    Form("lock fetch add [r1 {+4}], r2", m.lock_fetch),
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

_TARGETS = ("label", "+3", "-3", "pc+3", "pc-3", "3")


def shape_of(text: str) -> str:
    """The shape of a line."""
    return "".join(map(Kinds().__getitem__, TOKEN.findall(text)))


def _joined(build: Build, at: int) -> Build:
    """``build`` where a minus sign at ``at`` belongs to the number behind it."""

    def joined(t: Tokens, unit: Unit) -> Instruction | None:
        try:
            return build([*t[:at], "-" + t[at + 1], *t[at + 2 :]], unit)
        except Mistake as mistake:
            raise mistake.moved(at, 1) from None

    return joined


def _filled(build: Build, at: int) -> Build:
    """``build`` where the offset at ``at`` was left out: it is 0."""

    def filled(t: Tokens, unit: Unit) -> Instruction | None:
        try:
            return build([*t[:at], "+", "0", *t[at:]], unit)
        except Mistake as mistake:
            raise mistake.moved(at + 2, -2) from None

    return filled


def _variants(example: str, build: Build) -> Iterator[tuple[str, Build]]:
    """(line, builder) for each alternative of an example.

    Choices are made from the left, so the wrapper of the rightmost one is the outermost and runs first: what it
    adds or takes away stands to the right of every index that the others use.
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
    elif choice == "to":
        for target in _TARGETS:
            yield from _variants(before + target + after, build)
    else:
        yield from _variants(before + choice + after, build)
        yield from _variants(before + "-" + choice[1:] + after, build)
        yield from _variants(before + after, _filled(build, at))


def _table() -> dict[str, Build]:
    table: dict[str, Build] = {}
    for form in FORMS:
        for line, build in _variants(form.example, form.build):
            shape = shape_of(line)
            table.setdefault(shape, build)
    return table


SHAPES: Mapping[str, Build] = MappingProxyType(_table())
"""The builder of every shape of a line that is an instruction."""
