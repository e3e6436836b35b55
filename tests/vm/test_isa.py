"""The instruction set's tables are total, and each operation means what RFC 9669 says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.isa import (
    ALU,
    ATOMIC_CODE,
    END_CODE,
    FETCH,
    JUMP,
    NEG_CODE,
    AluOp,
    AtomicOp,
    EndianOp,
    JumpOp,
    Size,
    alu,
    atomic,
    endian,
    holds,
)
from vm.word import MASK64, mask, signed

words = st.integers(0, MASK64) | st.sampled_from([0, 1, 1 << 31, 1 << 63, MASK64, 0xFFFFFFFF, 0x80000000])
bits = st.sampled_from([32, 64])


def test_every_operation_has_a_row() -> None:
    assert set(ALU) == set(AluOp)
    assert set(JUMP) == set(JumpOp)
    assert set(ATOMIC_CODE) == set(AtomicOp)
    assert all(row.doc and row.symbol for row in ALU.values())
    assert all(row.doc and row.symbol for row in JUMP.values())


def test_no_two_operations_share_an_encoding() -> None:
    assert len({(row.code, row.off) for row in ALU.values()}) == len(ALU)
    assert {row.code for row in ALU.values()} & {NEG_CODE, END_CODE} == set()
    assert len({row.code for row in JUMP.values()}) == len(JUMP)
    assert len({code | FETCH for code in ATOMIC_CODE.values()}) == len(ATOMIC_CODE)


@given(st.sampled_from(AluOp), words, words, bits)
def test_results_are_words_and_look_at_no_more_than_the_width(
    op: AluOp, dst: int, src: int, width: int
) -> None:
    found = alu(op, dst, src, width)
    assert 0 <= found <= mask(width)
    assert found == alu(op, dst & mask(width), src & mask(width), width)


@pytest.mark.parametrize(
    ("op", "dst", "src", "width", "result"),
    [
        (AluOp.ADD, MASK64, 1, 64, 0), (AluOp.SUB, 0, 1, 32, 0xFFFFFFFF), (AluOp.MUL, 1 << 63, 2, 64, 0),
        (AluOp.DIV, 7, 0, 64, 0), (AluOp.MOD, 7, 0, 64, 7), (AluOp.DIV, MASK64, 2, 64, MASK64 >> 1),
        (AluOp.SDIV, -7 & MASK64, 2, 64, -3 & MASK64), (AluOp.SMOD, -7 & MASK64, 2, 64, -1 & MASK64),
        (AluOp.SDIV, 1 << 63, MASK64, 64, 1 << 63), (AluOp.SMOD, 1 << 63, MASK64, 64, 0),
        (AluOp.SDIV, 7, 0, 32, 0), (AluOp.SMOD, -7 & MASK64, 0, 64, -7 & MASK64),
        (AluOp.SDIV, 13, -3 & MASK64, 64, -4 & MASK64), (AluOp.SMOD, 13, -3 & MASK64, 64, 1),
        (AluOp.LSH, 1, 65, 64, 2), (AluOp.RSH, 1 << 31, 33, 32, 1 << 30),
        (AluOp.ARSH, 1 << 31, 31, 32, 0xFFFFFFFF),
        (AluOp.MOVSX8, 0, 0x80, 64, 0xFFFFFFFFFFFFFF80), (AluOp.MOVSX8, 0, 0x80, 32, 0xFFFFFF80),
        (AluOp.MOVSX16, 0, 0x7FFF, 64, 0x7FFF), (AluOp.MOVSX32, 0, 0x80000000, 64, 0xFFFFFFFF80000000),
        (AluOp.MOV, 5, 0x1_0000_0002, 32, 2), (AluOp.XOR, 6, 3, 64, 5),
    ],
)  # fmt: skip
def test_arithmetic(op: AluOp, dst: int, src: int, width: int, result: int) -> None:
    assert alu(op, dst, src, width) == result


@given(words, words, bits)
def test_division_and_remainder_belong_together(dst: int, src: int, width: int) -> None:
    a, b = dst & mask(width), src & mask(width)
    if b:
        assert alu(AluOp.DIV, a, b, width) * b + alu(AluOp.MOD, a, b, width) == a
        quotient, rest = (signed(alu(op, a, b, width), width) for op in (AluOp.SDIV, AluOp.SMOD))
        assert (quotient * signed(b, width) + rest - signed(a, width)) % (1 << width) == 0
        assert abs(rest) < abs(signed(b, width))


OPPOSITE = {
    JumpOp.JEQ: JumpOp.JNE,
    JumpOp.JGT: JumpOp.JLE,
    JumpOp.JGE: JumpOp.JLT,
    JumpOp.JSGT: JumpOp.JSLE,
    JumpOp.JSGE: JumpOp.JSLT,
}


@given(words, words, bits)
def test_comparisons_and_their_opposites(dst: int, src: int, width: int) -> None:
    for op, opposite in OPPOSITE.items():
        assert holds(op, dst, src, width) != holds(opposite, dst, src, width)
    assert holds(JumpOp.JSET, dst, src, width) == (dst & src & mask(width) != 0)
    assert holds(JumpOp.JGT, dst, src, width) == (dst & mask(width) > src & mask(width))
    assert holds(JumpOp.JSGT, dst, src, width) == (signed(dst, width) > signed(src, width))


def test_byte_order() -> None:
    assert endian(EndianOp.BE, 0x1122334455667788, 16) == 0x8877
    assert endian(EndianOp.BSWAP, 0x1122334455667788, 32) == 0x88776655
    assert endian(EndianOp.LE, 0x1122334455667788, 32) == 0x55667788


@given(words, words, words, bits)
def test_atomics(old: int, src: int, r0: int, width: int) -> None:
    word = mask(width)
    assert atomic(AtomicOp.ADD, old, src, r0, width) == (old + src) & word
    assert atomic(AtomicOp.XOR, old, src, r0, width) == (old ^ src) & word
    assert atomic(AtomicOp.XCHG, old, src, r0, width) == src & word
    expected = src if old & word == r0 & word else old
    assert atomic(AtomicOp.CMPXCHG, old, src, r0, width) == expected & word


def test_sizes() -> None:
    assert [(size.bytes, size.bits) for size in Size] == [(4, 32), (2, 16), (1, 8), (8, 64)]
    assert all(Size.of_bytes(size.bytes) is size for size in Size)
