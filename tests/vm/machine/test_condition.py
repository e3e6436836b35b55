"""The language of conditions: values, precedence, and mistakes told with their place."""

import pytest

from tests.vm.machine.build import machine_of
from vm.instruction import Exit
from vm.machine.condition import MAX_LENGTH, Look, parse_condition
from vm.source import HookscopeError

MEMORY = bytes.fromhex("1f90 0800 01 02 03 04 ffffffff")


def look() -> Look:
    machine = machine_of(Exit(), memory=MEMORY)
    machine.state.registers[2] = 10
    machine.state.registers[3] = (1 << 64) - 1
    machine.state.fields["skb.mark"] = 7
    return Look(machine.state, number=12, hits=3)


@pytest.mark.parametrize(
    "text",
    [
        "r2 > 9",
        "r2 == 10 && r3 != 0",
        "r2 == 1 || r2 == 0xa",
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "10 - 3 - 2 == 5",
        "r3 s< 0",
        "r3 > 0",
        "r3 == -1",
        "w3 == 0xffffffff",
        "~0 == r3",
        "!0",
        "!(r2 < 10)",
        "1 << 4 == 16",
        "r2 & 2",
        "r2 | 1 == 11 | 1",
        "r2 / 0 == 0 && r2 % 0 == r2",
        "*(u16*)(r1) == 0x901f",
        "*(be16 *)(r1 + 0) == 8080",
        "*(u8*)(r1+4) == 1",
        "*(be32*)(r1 + 4) == 0x01020304",
        "*(u32*)r1 != 0",
        "-*(u8*)(r1+4) == -1",
        "skb.mark == 7",
        "skb.unheard_of == 0",
        "hits == 3 && count > 2",
        "step == 12",
        "pc == 0 && depth == 0",
        "PORT == 8080",
        "fp == r10",
    ],
)
def test_true(text: str) -> None:
    assert parse_condition(text, {"PORT": 8080}).holds(look())


@pytest.mark.parametrize("text", ["r2 > 10", "r2 s< 0", "0", "*(u64*)(0) == 0 || 1", "r2 == 10 && hits > 3"])
def test_false(text: str) -> None:
    assert not parse_condition(text).holds(look())


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 0, "missing"),
        ("r2 >", 4, "missing"),
        ("r2 > > 1", 4, "missing"),
        ("(r2 > 1", 7, "`)` is missing"),
        ("r2 9", 2, "`9` cannot follow"),
        ("r12 > 1", 0, "no `r12`"),
        ("hist > 1", 0, "no `hist`"),
        ("*(r1) == 1", 2, "names its size"),
        ("*u32(r1)", 1, "`(` is missing"),
        ("r1 = 1", 2, "cannot follow"),
        ("__import__('os')", 0, "no `__import__`"),
        ("1" * (MAX_LENGTH + 1), 0, "at most"),
        ("(" * 150 + "1", 24, "too deep"),
        ("12ab", 0, "missing"),
    ],
)
def test_mistakes_have_a_place(text: str, column: int, words: str) -> None:
    with pytest.raises(HookscopeError) as caught:
        parse_condition(text)
    diagnostic = caught.value.diagnostic
    assert words in diagnostic.message
    assert diagnostic.span is not None
    assert (diagnostic.span.line, diagnostic.span.start) == (1, column)


def test_a_misspelt_name_is_guessed() -> None:
    with pytest.raises(HookscopeError) as caught:
        parse_condition("hist > 1")
    assert caught.value.diagnostic.hint == "did you mean `hits`?"
