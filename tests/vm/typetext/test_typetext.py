"""Types of map keys and values: reading types, reading and writing values."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.source import Diagnostic, HookscopeError, Span
from vm.typetext import SCALARS, Array, Struct, ValueType, parse_type
from vm.typetext.parse import MAX_TEXT


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("u8", 1), ("u64", 8), ("s16", 2), ("be16", 2), ("be32", 4), ("ipv4", 4), ("ipv6", 16), ("mac", 6),
        ("port", 2), ("char[16]", 16), ("string[5]", 5), ("bytes[3]", 3), ("hex[3]", 3), ("prefix4", 8),
        ("prefix6", 20), ("u64[4]", 32), ("hist[27]", 108), ("log2", 4), ("__be32", 4), ("int", 4),
        ("{u32 hits, u64 bytes}", 16), ("packed {u32 hits, u64 bytes}", 12), ("struct { u8 a; u16 b; }", 4),
        ("{ipv4 addr, port p, u8 proto}", 8), ("{u32 x[4][2], char name[16]}", 48),
        ("{{u8 a} in, u32 b}[2]", 16),
    ],
)  # fmt: skip
def test_sizes_are_those_of_c(text: str, size: int) -> None:
    assert parse_type(text).size == size


@pytest.mark.parametrize(
    ("type_text", "data", "shown"),
    [
        ("u32", "2a000000", "42"),
        ("s32", "feffffff", "-2"),
        ("be16", "0050", "80"),
        ("port", "01bb", "443"),
        ("hex32", "efbeadde", "0xdeadbeef"),
        ("ipv4", "cb007107", "203.0.113.7"),
        ("ipv6", "20010db8000000000000000000000007", "2001:db8::7"),
        ("mac", "02005e100001", "02:00:5e:10:00:01"),
        ("prefix4", "18000000cb007100", "203.0.113.0/24"),
        ("prefix6", "2000000020010db8000000000000000000000000", "2001:db8::/32"),
        ("char[8]", "6574683000000000", '"eth0"'),
        ("bytes[4]", "deadbeef", "de ad be ef"),
        ("bool", "01", "true"),
        ("struct bpf_spin_lock", "01000000", "held"),
        ("u16[3]", "010002000300", "[1, 2, 3]"),
        ("{u32 hits, u64 bytes}", "03000000000000004000000000000000", "{hits: 3, bytes: 64}"),
        ("{mac m, ipv4 a}", "02005e1000010000cb007107", "{m: 02:00:5e:10:00:01, a: 203.0.113.7}"),
        ("log2", "05000000", "32-63"),
        ("hist[3]", "010000000000000007000000", "{0-1: 1, 4-7: 7}"),
        ("hist[2]", "0000000000000000", "{}"),
    ],
)
def test_values_read_both_ways(type_text: str, data: str, shown: str) -> None:
    kind = parse_type(type_text)
    assert kind.format(bytes.fromhex(data)) == shown
    assert kind.parse(shown).hex() == data


def test_values_may_be_written_in_other_ways() -> None:
    pair = parse_type("{u32 hits, u64 bytes}")
    assert pair.parse("{bytes=64, hits=3}") == pair.parse("{3, 64}") == pair.parse("hits: 3, bytes: 0x40")
    assert pair.parse("{}") == bytes(16)
    assert parse_type("u8[4]").parse("[1,2]") == bytes([1, 2, 0, 0])
    assert parse_type("mac").parse("2-0-5e-10-0-1").hex() == "02005e100001"
    assert parse_type("prefix4").parse("203.0.113.7").hex() == "20000000cb007107"
    assert parse_type("char[4]").parse("ab") == b"ab\0\0"
    assert parse_type("log2").parse("7") == b"\7\0\0\0"
    assert parse_type("{mac m}").parse("{02:00:5e:10:00:01}").hex() == "02005e100001"
    assert parse_type("{ipv6 a}").parse("{fe80::1}").hex() == "fe80" + "00" * 13 + "01"


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ("u33", "no type `u33`", 0),
        ("{u32 hits, u46 bytes}", "no type `u46`", 11),
        ("{u32}", "needs a name", 4),
        ("{u32 a, u8 a}", "twice", 11),
        ("{}", "at least one field", 1),
        ("u8[0]", "how many", 3),
        ("u8[4", "`]` is missing", 3),
        ("bytes", "needs a number of bytes", 0),
        ("u32 u32", "after the end", 4),
        ("{u32 a u32 b}", "expected `,` or `}`", 7),
        ("", "expected a type", 0),
        ("u64[9999999]", "takes", 0),
        ("u8" + "[1]" * 9, "nest", 26),
        ("{" * 12 + "u8 a", "nest", 9),
        ("%", "expected a type", 0),
        ("packed u32", "followed by", 7),
    ],
)
def test_a_bad_type_says_where_and_why(text: str, words: str, column: int) -> None:
    with pytest.raises(HookscopeError, match=words.replace("}", r"\}").replace("{", r"\{")) as caught:
        parse_type(text)
    span = caught.value.diagnostic.span
    assert isinstance(span, Span)
    assert (caught.value.diagnostic.code, span.line, span.start) == ("bad-type", 1, column)


def test_a_bad_type_suggests_the_near_one() -> None:
    with pytest.raises(HookscopeError) as caught:
        parse_type("ivp4")
    assert caught.value.diagnostic.hint == "did you mean `ipv4`?"
    with pytest.raises(HookscopeError, match="too long"):
        parse_type("u" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    ("type_text", "value", "words"),
    [
        ("u8", "256", "does not fit"),
        ("u8", "-1", "does not fit"),
        ("u8", "ten", "whole number"),
        ("u64", "9" * 5000, "whole number"),
        ("ipv4", "1.2.3", "IPv4 address"),
        ("ipv6", "1.2.3.4", "IPv6 address"),
        ("mac", "02:00", "MAC address"),
        ("u8[2]", "[1,2,3]", "3 items"),
        ("u8[2]", "[1,2", "missing"),
        ("{u8 a}", "{b: 1}", "no field `b`|whole number"),
        ("{u8 hits}", "{hist: 1}", "no field `hist`"),
        ("{u8 a}", "{1, 2}", "more values"),
        ("char[2]", "abc", "3 bytes"),
        ("bytes[2]", "0xabcdef", "hexadecimal"),
        ("bytes[2]", "abc", "hexadecimal"),
        ("hist[2]", "4-7: 1", "slot 2"),
        ("prefix4", "1.2.3.4/x", "whole number"),
        ("bool", "maybe", "whole number"),
    ],
)
def test_a_bad_value_says_why(type_text: str, value: str, words: str) -> None:
    with pytest.raises(HookscopeError, match=words) as caught:
        parse_type(type_text).parse(value)
    assert caught.value.diagnostic.code == "bad-value"


def test_offsets_inside_a_value_have_names() -> None:
    kind = parse_type("{u32 hits, u64 bytes, {ipv4 a, u16 ports[2]} peer[2]}")
    assert [kind.path(off) for off in (0, 2, 4, 8, 17, 20, 30)] == [
        ".hits", ".hits+2", "+4", ".bytes", ".peer[0].a+1", ".peer[0].ports[0]", ".peer[1].ports[1]",
    ]  # fmt: skip
    assert parse_type("u64").path(0) == ""
    assert parse_type("u64[2]").path(17) == "+17"


TYPES: st.SearchStrategy[ValueType] = st.recursive(
    st.sampled_from(
        [*SCALARS.values(), parse_type("char[5]"), parse_type("bytes[3]"), parse_type("hist[4]")]
    ),
    lambda inner: st.one_of(
        st.builds(Array, inner, st.integers(1, 3)),
        st.builds(
            lambda kinds, packed: Struct.of([(f"f{n}", kind) for n, kind in enumerate(kinds)], packed),
            st.lists(inner, min_size=1, max_size=4),
            st.booleans(),
        ),
    ),
    max_leaves=6,
)


@given(TYPES)
def test_a_type_reads_back_from_its_text(kind: ValueType) -> None:
    text = kind.text
    assert parse_type(text).text == text


@given(TYPES, st.data())
def test_a_value_reads_back_from_its_text(kind: ValueType, data: st.DataObject) -> None:
    raw = data.draw(st.binary(min_size=kind.size, max_size=kind.size))
    shown = kind.format(raw)
    assert kind.format(kind.parse(shown)) == shown


def answer(read: Callable[[str], object], text: str) -> object:
    try:
        return read(text)
    except HookscopeError as error:
        return error.diagnostic


@given(st.text(max_size=60))
def test_any_text_is_a_type_or_a_clear_error(text: str) -> None:
    match answer(parse_type, text):
        case Diagnostic() as diagnostic:
            assert diagnostic.span is not None
        case kind:
            assert kind.size > 0  # type: ignore[attr-defined]


@given(TYPES, st.text(max_size=40))
def test_any_text_is_a_value_or_a_clear_error(kind: ValueType, text: str) -> None:
    match answer(kind.parse, text):
        case bytes(value):
            assert len(value) == kind.size
        case diagnostic:
            assert isinstance(diagnostic, Diagnostic)
            assert diagnostic.code == "bad-value"
