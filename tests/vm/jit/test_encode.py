"""The encoder against an independent decoder: every form over every register says what it should."""

from collections.abc import Callable, Iterator

import capstone
import pytest

from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group, Reg, Shift

_LOW32 = {
    Reg.RAX: "eax", Reg.RCX: "ecx", Reg.RDX: "edx", Reg.RBX: "ebx", Reg.RSP: "esp", Reg.RBP: "ebp",
    Reg.RSI: "esi", Reg.RDI: "edi",
}  # fmt: skip
_SHIFTS = {Shift.SHL: "shl", Shift.SHR: "shr", Shift.SAR: "sar", Shift.ROR: "ror"}


def name(reg: Reg, *, wide: bool = True) -> str:
    """The register as a disassembler prints it."""
    if wide:
        return reg.name.lower()
    return _LOW32.get(reg, f"{reg.name.lower()}d")


def said(code: bytes) -> str:
    """The one instruction the bytes hold; fails where they hold more or less."""
    found = list(capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64).disasm(code, 0))
    assert len(found) == 1, code.hex()
    assert found[0].size == len(code), code.hex()
    return f"{found[0].mnemonic} {found[0].op_str}".strip()


def two(make: Callable[..., bytes], verb: str) -> Iterator[tuple[bytes, str]]:
    """``make(dst, src, wide=)`` over all pairs."""
    for dst in Reg:
        for src in Reg:
            for wide in (True, False):
                yield make(dst, src, wide=wide), f"{verb} {name(dst, wide=wide)}, {name(src, wide=wide)}"


def _with_memory() -> Iterator[tuple[bytes, str]]:
    for base in Reg:
        at = f"[{name(base)} + 8]"
        for reg in Reg:
            yield x86.load(reg, base, 8, 8), f"mov {name(reg)}, qword ptr {at}"
            yield x86.load(reg, base, 8, 4), f"mov {name(reg, wide=False)}, dword ptr {at}"
            yield x86.load(reg, base, 8, 2), f"movzx {name(reg)}, word ptr {at}"
            yield x86.load(reg, base, 8, 1, signed=True), f"movsx {name(reg)}, byte ptr {at}"
            yield x86.load(reg, base, 8, 4, signed=True), f"movsxd {name(reg)}, dword ptr {at}"
            yield x86.store(base, 8, reg, 8), f"mov qword ptr {at}, {name(reg)}"
            yield x86.store(base, 8, reg, 4), f"mov dword ptr {at}, {name(reg, wide=False)}"
        yield x86.store_imm(base, 8, 5, 2), f"mov word ptr {at}, 5"
        yield x86.store_imm(base, 8, 5, 8), f"mov qword ptr {at}, 5"


def _with_constants() -> Iterator[tuple[bytes, str]]:
    for dst in Reg:
        for value, shown in ((1, "1"), (0x7F, "0x7f"), (0x80, "0x80"), (0x12345678, "0x12345678")):
            for group in Group:
                yield x86.op_imm(group, dst, value, wide=True), f"{group.name.lower()} {name(dst)}, {shown}"
            yield x86.imul_imm(dst, value, wide=True), f"imul {name(dst)}, {name(dst)}, {shown}"
        yield x86.movabs(dst, 0x1122334455667788), f"movabs {name(dst)}, 0x1122334455667788"
        yield x86.mov_imm32(dst, 7, sign_extend=True), f"mov {name(dst, wide=False)}, 7"
        yield x86.mov_sx32(dst, 7), f"mov {name(dst)}, 7"
        for shift, verb in _SHIFTS.items():
            yield x86.shift_imm(shift, dst, 5, wide=True), f"{verb} {name(dst)}, 5"
            yield x86.shift_cl(shift, dst, wide=False), f"{verb} {name(dst, wide=False)}, cl"
        yield x86.neg(dst, wide=True), f"neg {name(dst)}"
        yield x86.divide(dst, signed=False, wide=True), f"div {name(dst)}"
        yield x86.bswap(dst, wide=True), f"bswap {name(dst)}"
        yield x86.push(dst), f"push {name(dst)}"
        yield x86.pop(dst), f"pop {name(dst)}"


def _bmi2() -> Iterator[tuple[bytes, str]]:
    for dst in Reg:
        for count in Reg:
            for shift, verb in ((Shift.SHL, "shlx"), (Shift.SHR, "shrx"), (Shift.SAR, "sarx")):
                code = x86.shift_bmi2(shift, dst, count, wide=True)
                yield code, f"{verb} {name(dst)}, {name(dst)}, {name(count)}"


def _indexed() -> Iterator[tuple[bytes, str]]:
    for base in Reg:
        for index in Reg:
            if index is not Reg.RSP:
                code = x86.indexed(b"\x8b", Reg.R9, base, index, 16, wide=True)
                yield code, f"mov r9, qword ptr [{name(base)} + {name(index)} + 0x10]"


FORMS = {
    "add": lambda: two(lambda d, s, wide: x86.op(Group.ADD, d, s, wide=wide), "add"),
    "mov": lambda: two(x86.mov, "mov"),
    "test": lambda: two(x86.test, "test"),
    "imul": lambda: two(x86.imul, "imul"),
    "memory": _with_memory,
    "constants": _with_constants,
    "bmi2": _bmi2,
    "indexed": _indexed,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_decoder_reads_what_was_meant(form: str) -> None:
    wrong = [
        f"{code.hex()}: {said(code)}, not {meant}" for code, meant in FORMS[form]() if said(code) != meant
    ]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("source", Reg)
def test_byte_stores_never_name_a_high_byte(source: Reg) -> None:
    assert said(x86.store(Reg.RBX, 1, source, 1)).split(", ")[1] not in {"ah", "ch", "dh", "bh"}


def test_conditions_have_the_processors_numbers() -> None:
    for cond in Cond:
        assert said(bytes((0x70 | cond, 0))).split()[0] == f"j{cond.name.lower()}"
