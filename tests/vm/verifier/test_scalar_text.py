"""The log's words for numbers; every text was printed by Linux 6.18.44."""

import pytest

from vm.isa import AluOp, JumpOp
from vm.verifier.arithmetic import TRANSFER, negated
from vm.verifier.compare import outcomes, outcomes_same
from vm.verifier.scalar import UNKNOWN, Scalar, const
from vm.verifier.scalar_text import (
    format_ranges,
    format_scalar,
    format_signed,
    format_unsigned,
    format_violation,
)

BYTE = TRANSFER[AluOp.AND](UNKNOWN, const(255), 64)
TOP_BIT = TRANSFER[AluOp.LSH](UNKNOWN, const(63), 64)
SIGN = TRANSFER[AluOp.ARSH](TOP_BIT, const(63), 64)


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        (UNKNOWN, "scalar()"),
        (const(-1), "-1"),
        (const(-32768), "-32768"),
        (const(-32769), "0xffffffffffff7fff"),
        (const(32767), "32767"),
        (const(32768), "0x8000"),
        (BYTE, "scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))"),
        (negated(BYTE, 64), "scalar(smin=smin32=-255,smax=smax32=0)"),
        (
            TOP_BIT,
            "scalar(smax=smax32=umax32=0,umax=0x8000000000000000,smin32=0,var_off=(0x0; 0x8000000000000000))",
        ),
        (SIGN, "scalar(smin=smin32=-1,smax=smax32=0)"),
        (
            outcomes(JumpOp.JGT, UNKNOWN, const(100), 64).fallthrough[0],
            "scalar(smin=smin32=0,smax=umax=smax32=umax32=100,var_off=(0x0; 0x7f))",
        ),
        (
            outcomes_same(JumpOp.JGE, UNKNOWN, 64).fallthrough[1],
            "scalar(umin=1,umax=0xfffffffffffffffe)",
        ),
    ],
)
def test_scalars(scalar: Scalar, text: str) -> None:
    assert format_scalar(scalar) == text


def test_links_and_precision() -> None:
    assert format_scalar(UNKNOWN, id=3) == "scalar(id=3)"
    assert format_scalar(BYTE, id=3, delta=8).startswith("scalar(id=3+8,smin=smin32=0,")
    assert format_scalar(BYTE, precise=True).startswith("Pscalar(smin=")
    assert format_scalar(const(5), precise=True) == "P5"
    assert format_ranges(UNKNOWN) == ""


def test_decimal_and_hexadecimal() -> None:
    assert [format_unsigned(number) for number in (0, 65535, 65536)] == ["0", "65535", "0x10000"]
    assert [format_signed(number) for number in (-5, (1 << 64) - 5, 1 << 15)] == ["-5", "-5", "0x8000"]


def test_complaint() -> None:
    found = outcomes_same(JumpOp.JSGT, SIGN, 32).complaints
    expected = (
        "verifier bug: REG INVARIANTS VIOLATION (true_reg1): range bounds violation "
        "u64=[0x0, 0xffffffffffffffff] s64=[0x0, 0xffffffffffffffff] "
        "u32=[0x0, 0xffffffff] s32=[0x0, 0xffffffff] var_off=(0x0, 0xffffffffffffffff)"
    )
    assert [format_violation(*complaint) for complaint in found] == [expected]
