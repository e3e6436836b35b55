"""What is wrong with a text: each mistake at its place, with words that help."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.asm import assemble
from vm.asm.context import MAX_PROGRAMS
from vm.asm.directives import DIRECTIVES
from vm.asm.grammar import FORMS, lines
from vm.asm.habits import OTHER_MACHINES
from vm.asm.lexer import MAX_CHARACTERS, MAX_ERRORS
from vm.asm.words import KINDS
from vm.source import Diagnostic, Severity

AFTER = "\nx:\nexit\n"

# The line, the code of its mistake, the text blamed, the replacement.
MISTAKES = [
    # Half-typed lines
    ("r1", "unfinished", "r1", None),
    ("r1 =", "unfinished", "=", None),
    ("r1 +", "syntax", "+", None),
    ("r1 s>>=", "unfinished", "s>>=", None),
    ("r1 = *", "unfinished", "*", None),
    ("r1 = *(", "unfinished", "(", None),
    ("r1 = *(u32 *)(", "unfinished", "(", None),
    ("r1 = *(u32 *)(r2 +", "unfinished", "+", None),
    ("r1 = *(u32 *)(r2 + 4", "unfinished", "+ 4", None),
    ("*(u32 *)(r1 + 4)", "unfinished", ")", None),
    ("if", "unfinished", "if", None),
    ("if r1 == 0", "missing-goto", "0", None),
    ("goto", "unfinished", "goto", None),
    ("call", "unfinished", "call", None),
    ("mov r1", "unfinished", "r1", None),
    ("lock", "unfinished", "lock", None),
    ("map_", "unknown-instruction", "map_", None),
    # Misspelt words
    ("movv r1, 2", "unknown-instruction", "movv", "mov"),
    ("gotoo x", "unknown-instruction", "gotoo", "goto"),
    ("call bpf_map_lookup_elm", "unknown-function", "bpf_map_lookup_elm", "bpf_map_lookup_elem"),
    ("call map_lookup_elem", "unknown-function", "map_lookup_elem", "bpf_map_lookup_elem"),
    ("bpf_redirect", "unknown-instruction", "bpf_redirect", "call bpf_redirect"),
    ("r0 = bpf_ktime_get_ns()", "not-a-number", "bpf_ktime_get_ns", None),
    ("r1 = XPD_DROP", "unknown-name", "XPD_DROP", "XDP_DROP"),
    ("r1 = *(u32 *)(r1 + xdp_md.dta)", "unknown-name", "xdp_md.dta", "xdp_md.data"),
    ("r1 = *(u32 *)(r1 + xpd_md.data)", "unknown-name", "xpd_md.data", "xdp_md.data"),
    ("r1 = sizeof(iphdrr)", "unknown-name", "iphdrr", None),
    ("goto nowhere", "unknown-label", "nowhere", None),
    ("goto xx", "unknown-label", "xx", "x"),
    ("r1 = nomap ll", "unknown-symbol", "nomap", None),
    # Registers and widths
    ("r11 = 5", "bad-register", "r11", None),
    ("r1 = %r50", "bad-register", "%r50", None),
    ("r1 = fp", "bad-register", "fp", "r10"),
    ("fp = 5", "bad-register", "fp", "r10"),
    ("r1 += w2", "mixed-widths", "w2", "r2"),
    ("if w1 > r2 goto x", "mixed-widths", "r2", "w2"),
    ("w1 = *(u64 *)(r2 + 4)", "bad-width", "w1", "r1"),
    ("w1 = *(s8 *)(r2 + 4)", "bad-width", "w1", "r1"),
    ("*(u64 *)(r1 + 0) = w2", "bad-width", "w2", "r2"),
    ("r1 = *(s64 *)(r2 + 4)", "bad-width", "s64", "u64"),
    ("r1 = (s64)r2", "bad-width", "s64", None),
    ("r1 = (u32)r2", "cast", "u32", None),
    ("w1 = 5 ll", "narrow-ll", "w1", "r1"),
    ("r1 = be16 r2", "two-registers", "r2", "r1"),
    ("r1 = -r2", "two-registers", "r2", "r1"),
    ("r3 = *(u8 *)skb[12]", "only-r0", "r3", "r0"),
    ("r0 = *(u64 *)skb[12]", "bad-width", "u64", None),
    ("lock *(u8 *)(r0 + 0) += r1", "bad-width", "u8", None),
    ("lock *(u64 *)(r0 + 0) -= r1", "bad-atomic", "-=", None),
    ("lock foo [r1+0], r2", "bad-atomic", "foo", None),
    ("r1 = cmpxchg_64(r2 + 0, r0, r3)", "only-r0", "r1", "r0"),
    # Ranges
    ("r1 = 99999999999", "imm-range", "99999999999", None),
    ("if r1 == 0x1ffffffff goto x", "imm-range", "0x1ffffffff", None),
    ("if r1 == -0x1ffffffff goto x", "imm-range", "-0x1ffffffff", None),
    ("add r1, 4294967295", "imm-range", "4294967295", None),
    ("r1 = 0x11111111111111111 ll", "imm-range", "0x11111111111111111", None),
    ("r1 = *(u8 *)(r2 + 32768)", "offset-range", "+ 32768", None),
    ("*(u8 *)(r2 - 40000) = -99999999999", "offset-range", "- 40000", None),
    ("*(u8 *)(r2) = -99999999999", "imm-range", "-99999999999", None),
    ("goto +70000", "offset-range", "+70000", None),
    ("gotol +99999999999", "offset-range", "+99999999999", None),
    ("r1 = addr_space_cast(r2, 0, 70000)", "imm-range", "70000", None),
    ("call bpf_redirect#99999999999", "imm-range", "bpf_redirect#99999999999", None),
    ("call bpf_redirekt#23", "unknown-helper", "bpf_redirekt#23", None),
    ("r1 = map[id:99999999999]", "imm-range", "99999999999", None),
    ("r1 = map[id:0][1]+8", "bad-index", "1", "0"),
    ("r1 = thing[id:0]", "bad-map-reference", "thing", None),
    ("r1 = thing[+3]", "bad-map-reference", "thing", None),
    ("ld_pseudo r1, 9, 5", "bad-pseudo", "9", None),
    ("movsx832 r1, 5", "needs-register", "5", None),
    ("call near function", "trailing", "function", None),
    ("lock swap add [r1], r2", "bad-atomic", "swap", None),
    # Numbers and expressions
    ("r1 = 1 << -1", "bad-shift", "<<", None),
    ("r1 = sizeof 5", "bad-sizeof", "sizeof", None),
    ("r1 = 5 + +", "expected-value", "+", None),
    ("r1 = xdp_md.nothing_like_it", "unknown-name", "xdp_md.nothing_like_it", None),
    ("r1 = 010", "bad-number", "010", None),
    ("r1 = 0xfg", "bad-number", "0xfg", None),
    ("r1 = 12abc", "bad-number", "12abc", None),
    ("r1 = 1" + "0" * 80, "bad-number", "1" + "0" * 80, None),
    ("r1 = 1 / 0", "divide-by-zero", "/", None),
    ("r1 = 1 << 200", "expression-range", "<<", None),
    ("r1 = 2 * (1 + 2", "missing-bracket", "(", None),
    ("r1 = " + "(" * 40 + "1" + ")" * 40, "too-deep", "(", None),
    ("r1 = 1 +", "expected-value", "+", None),
    # Habits of C and of other machines
    ("r1 = r2 + r3", "three-operands", "r2 + r3", None),
    ("r1++", "increment", "++", "+= 1"),
    ("r1 == 5", "comparison", "==", "="),
    ("if r1 = 0 goto x", "assignment", "=", "=="),
    ("if (r1 == 0) goto x", "brackets", "(", None),
    ("if !r1 goto x", "negation", "!", None),
    ("if r1 == 0 then x", "missing-goto", "then", "goto"),
    ("if r1 == 0 x", "missing-goto", "x", None),
    ("r1 = *(u32)(r2 + 4)", "missing-star", "u32", "u32 *"),
    ("r1 = *(u33 *)(r2 + 4)", "unknown-type", "u33", "u32"),
    ("r1 = *(r2 + 4)", "missing-type", "r2", None),
    ("*(u32 *)(r1 + 4) += 5", "memory-operation", "+=", None),
    ("u32 x = 5", "unknown-instruction", "u32", None),
    ("exit 0", "exit-value", "0", None),
    ("return 0", "exit-value", "0", None),
    ("ret", "unknown-instruction", "ret", None),
    ("jmp x", "unknown-instruction", "jmp", None),
    ("call bpf_map_lookup_elem(r1, r2)", "call-brackets", "(r1, r2)", None),
    ("r0 = call 5", "call-result", "r0 =", None),
    ('r1 = "hello"', "string", '"hello"', None),
    ("r1 = 5 6", "syntax", "6", None),
    ("mov r1, r2, r3", "trailing", ", r3", None),
    ("stw [r1+4], r2", "syntax", "r2", None),
    ("@", "bad-character", "@", None),
    ("x", "unknown-instruction", "x", None),
    # Directives
    (".hok xdp", "unknown-directive", ".hok", None),
    (".hook xpd", "unknown-hook", "xpd", None),
    (".hook", "bad-directive", ".hook", None),
    (".program a b", "trailing", "b", None),
    (".program 5", "bad-name", "5", None),
    (".license", "bad-directive", ".license", None),
    (".const A", "bad-directive", ".const", None),
    (".const A = 1 +", "expected-value", "+", None),
    (".const A = B", "unknown-name", "B", None),
    (".const XDP_DROP = 3", "twice", "XDP_DROP", None),
    (".const A = 5 6", "trailing", "6", None),
    (".const A", "bad-directive", ".const", None),
    (".const A =", "bad-directive", ".const", None),
    (".map a-b array value=u8 entries=1", "bad-name", "a-b", None),
    (".bss y bytes[1048576]\n.bss z u8", "too-much-data", ".bss", None),
    (".slot zz", "bad-slot", "zz", None),
    (".map", "bad-map", ".map", None),
    (".map m", "bad-map", "m", None),
    (".map m hsh key=u32 value=u64 entries=4", "unknown-map-type", "hsh", None),
    (".map m hash key=u32 value=u65 entries=4", "bad-type", "u65", None),
    (".map m hash key=u32 value={u32 a, u65 b} entries=4", "bad-type", "u65", None),
    (".map m hash key=u32 entries=4", "bad-map", "m hash key=u32 entries=4", None),
    (".map m hash key=u32 value=u64", "bad-map", "m hash key=u32 value=u64", None),
    (".map m hash key=u32 value=u64 entires=4", "bad-map", "entires=4", None),
    (".map m hash key=u32 value=u64 entries=1<<33", "bad-map", "1<<33", None),
    (".map m hash key=u32 value=u64 entries=FOUR", "unknown-name", "FOUR", None),
    (".map m hash key=u32 value=u64 entries=4 ; 4\n.map m array value=u64 entries=1", "twice", "m", None),
    (".map m array_of_maps entries=4", "bad-map", "m array_of_maps entries=4", None),
    (".map m array_of_maps entries=4 inner=q", "unknown-map", "q", None),
    (".map m array value=u8 entries=1 init={0: 300}", "bad-value", "{0: 300}", None),
    (".map m prog_array entries=1 init={0: other}", "unknown-program", "{0: other}", None),
    (".string s hello", "bad-data", ".string", None),
    (".data y u32", "bad-data", ".data", None),
    (".data y u32 abc", "bad-value", "abc", None),
    (".bss y", "bad-data", ".bss", None),
    (".rodata y u33 5", "bad-type", "u33", None),
]  # fmt: skip


def blamed(text: str, found: Diagnostic) -> str:
    """The text that a diagnostic marks."""
    assert found.span is not None
    return text.split("\n")[found.span.line - 1][found.span.start : found.span.end]


def mended(text: str, found: Diagnostic) -> str:
    """The text with the replacement in place of what is marked."""
    rows = text.split("\n")
    assert found.span is not None
    row = rows[found.span.line - 1]
    rows[found.span.line - 1] = f"{row[: found.span.start]}{found.replacement}{row[found.span.end :]}"
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("line", "code", "marked", "replacement"), MISTAKES, ids=lambda value: str(value)[:40]
)
def test_mistakes(line: str, code: str, marked: str, replacement: str | None) -> None:
    text = line + AFTER
    assembly = assemble(text)
    assert assembly.program is None
    assert len(assembly.errors) == 1, assembly.errors
    [found] = assembly.errors
    assert (found.code, blamed(text, found), found.replacement) == (code, marked, replacement)
    if replacement is not None:
        assert assemble(mended(text, found)).ok


def test_the_rest_of_a_text_is_read_all_the_same() -> None:
    text = "r0 = 0\nr1 = XPD_DROP\nif r0 == 0 goto out\nr0 = r11\n.hook xpd\nout: exit\n"
    assembly = assemble(text)
    assert [found.span.line for found in assembly.errors if found.span] == [2, 4, 5]
    assert assembly.partial is not None
    assert [assembly.source_map.line_of(pc) for pc in range(len(assembly.partial.slots))] == [1, 3, 6]
    assert assembly.partial.labels == {"out": 2}


def test_a_label_is_said_to_be_there_twice() -> None:
    text = "a: r0 = 0\na:\nexit"
    [found] = assemble(text).errors
    assert (found.code, found.message) == ("twice", "the label `a` is already on line 1")


def test_a_program_without_instructions() -> None:
    for text in ("", "\n\n", "; only a comment", ".hook xdp\n", "label:"):
        [found] = assemble(text).errors
        assert found.code == "empty"


def test_hints_name_what_was_meant() -> None:
    [found] = assemble("call bpf_map_lookup_elm").errors
    assert found.hint == "did you mean `bpf_map_lookup_elem`?"
    assert str(found).startswith("1:6: error: there is no helper or function `bpf_map_lookup_elm`")


def test_a_number_that_is_sign_extended_is_warned_of() -> None:
    assembly = assemble("r1 = 0xffffffff\nw1 = 0xffffffff\nif r1 > 0x80000000 goto +0\nexit")
    assert assembly.ok
    assert [(found.code, found.severity) for found in assembly.diagnostics] == [
        ("sign-extended", Severity.WARNING)
    ] * 2
    assert "0xffffffff80000000" in assembly.diagnostics[1].message


def test_a_semicolon_does_not_separate() -> None:
    assembly = assemble("r0 = 0; exit\nexit ; r0 = 0\n")
    assert [(found.code, found.span and found.span.start) for found in assembly.diagnostics] == [
        ("after-semicolon", 6)
    ]


def test_too_long_a_text_is_not_read() -> None:
    [found] = assemble(" " * (MAX_CHARACTERS + 1)).errors
    assert found.code == "too-long"
    [found] = assemble("exit\nr0 = 1" + " + 1" * 10_000).errors
    assert found.code == "long-line"


def test_reading_stops_after_many_errors() -> None:
    errors = assemble("what\n" * 5_000).errors
    assert len(errors) == MAX_ERRORS + 1
    assert errors[-1].code == "too-many-errors"


@pytest.mark.parametrize(
    "text",
    ["exit\n" * 180_000,
    ("x: " * 6_000 + "\n") * 50, "r1 = (" * 150_000, "\n" * 999_999, "r1 = 1 + " * 100_000,
     ("r1 = *(u32 *)(r2 + xdp_md.dat)\n") * 30_000, "/*" * 400_000, '"' * 900_000, "1:" * 400_000,
     ".map m hash key=" + "{" * 900_000, "s" * 999_999, ".const A = " + "(" * 19_000, "goto " * 190_000,
     "r1 = " + "-" * 19_000 + "1", ".map m queue value=u8 entries=1 init={" + "1," * 9_000 + "}"],
    ids=range(15),
)  # fmt: skip
def test_a_megabyte_of_anything_is_answered_soon(text: str) -> None:
    started = time.process_time()
    assemble(text[:MAX_CHARACTERS])
    assert time.process_time() - started < 6


WORDS = st.sampled_from(
    [*KINDS, *DIRECTIVES, *OTHER_MACHINES, "r1", "w2", "r11", "x", "x:", "7", "-", "+", "*", "(", ")", "[",
    "]", ",",
     "=", "==", "+=", "s>>=", "0x1f", "u32", "s8", "xdp_md.data", "XDP_PASS", "sizeof", "htons", '"a"',
     "key=u32",
     "value={u8 a}", "entries=4", "hash", "&", "|", "<<", "#", ";", "/*", "*/", "\n", "\n", "1f",
     "map[id:1]", "é",
     "\u2028", "\0", "ll", "!", "{", "}", ":", "'", "\\", "init={1: 2}", "inner=m", "m"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_no_words_raise(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    check(text)


EXAMPLES = [line for form in FORMS for line in lines(form)]


@given(st.sampled_from(EXAMPLES), st.data())
def test_no_beginning_of_an_instruction_raises(line: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(line)))
    check(line[:cut])
    check(line[cut:])
    check(line[:cut] + data.draw(WORDS) + line[cut:])


def check(text: str) -> None:
    """Assembles; every diagnostic must lie in the text and speak."""
    assembly = assemble(text)
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for found in assembly.diagnostics:
        assert found.message
        if found.span is not None:
            assert 1 <= found.span.line <= len(rows)
            assert 0 <= found.span.start <= found.span.end <= len(rows[found.span.line - 1])
    for program, source_map in zip(assembly.partials, assembly.source_maps, strict=True):
        assert len(program.insns) == len(program.slots) == len(source_map) == len(program.spans)
        for pc, span in program.spans.items():
            assert source_map.slots_of(span.line).count(pc) == 1
            assert 0 <= span.start <= span.end <= len(rows[span.line - 1])


def test_a_text_of_very_many_programs_is_refused_soon() -> None:
    text = "".join(f".program p{n}\nexit\n" for n in range(MAX_PROGRAMS + 2))
    found = assemble(text).errors
    assert [mistake.code for mistake in found] == ["too-many-programs"] * 2
    assert found[0].span is not None
    assert found[0].span.line == 2 * MAX_PROGRAMS + 1
