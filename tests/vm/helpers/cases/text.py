"""Text helpers: formats good and bad, numbers in text, comparisons."""

import random
from collections.abc import Iterator

from tests.vm.helpers.build import Argument, At, Builder, Case
from vm.instruction import Imm, LoadImm64, Reg, Store
from vm.isa import ImmKind, Size
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType

_FRAME = bytes(64)
_WORDS = (0, 1, -1, 255, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 32, 1 << 63, 0x123456789ABCDEF0)
_FORMATS = (
    "", "plain", "%", "%%", "a%%b", "%d", "%i", "%u", "%x", "%X", "%ld", "%lld", "%lu", "%llu", "%lx",
    "%llx", "%llX", "%5d|", "%-5d|", "%05d|", "%+d|", "% d|", "%+ d|", "%-05d|", "%0-5d|", "%10x|",
    "%010llx|", "%-10llu|", "%+u|", "% x|", "%+x|", "%05x|", "%hd", "%hhd", "%o", "%f", "%n", "%#x", "%.3d",
    "%*d", "%llld", "%l", "%ll", "%5", "%0", "%-", "%c", "%5c|", "%-5c|", "%cx", "%p", "%px", "%pK", "%5p",
    "%px!", "%20px|", "%-20px|", "%020px|", "%0px", "%020p|", "%pz", "%p%", "%pI", "%pi", "%pI5", "%d%d%d",
    "%d %d %d %d", "%d%s", "%s", "%sx", "%s!", "%5s|", "%-5s|", "%pks", "%pksx", "%pus", "%pk", "%ps",
    "%pS", "%pB", "tab\there\n", "bell\a", "high\x80", "é", "%d\n", "%d%%", "%%%d", "%1000d", "%99999d",
    "%8388607d", "%8388608d", "%2147483648d", "%99999999999d", "%020d|", "%-020d|", "%+5d|%-5d|", "%s\x80",
    "%s\xa0", "%s\xa1|", "%s\xd7", "%s\xe9", "%p\xa1", "%p\x80", "%d\x80", "%\x80", "%zu", "%jd", "%td",
    "%qd", "%Ld", "%pI4x", "%pI4", "%pi4", "%pI6", "%pi6", "%20pI4|", "%pI6c", "%pxab|", "%psz9|",
    "%pI4x9 z",
)  # fmt: skip


def cases() -> Iterator[Case]:
    """All programs."""
    for form in _FORMATS:
        for words in ((5, 6, 7), (-3, 1 << 40, 0xFFFF), (0, 0, 0)):
            if "p" in form and words[0]:
                continue  # a hidden pointer, or one that is not in this kernel
            yield _printk(form, words)
            yield _snprintf(form, words)
    yield from _more()
    yield from _strings()
    yield from _numbers()
    yield from _compares()


def _builder(name: str) -> Builder:
    return Builder(ProgType.XDP, _FRAME, name)


def _printk(form: str, words: tuple[int, ...]) -> Case:
    program, text = _builder(f"printk {form!r} {words}"), form.encode("latin-1") + b"\0"
    return program.call(H.TRACE_PRINTK, program.memory(text), len(text), *words).done(2)


def _snprintf(form: str, words: tuple[int, ...], room: int = 64) -> Case:
    program = _builder(f"snprintf {form!r} {words} {room}")
    target: Argument = program.memory(b"\x55" * room) if room else 0
    args: Argument = 0
    if words:
        args = program.memory(b"".join((word % (1 << 64)).to_bytes(8, "little") for word in words))
    text = program.constant(form.encode("latin-1") + b"\0")
    return program.call(H.SNPRINTF, target, room, text, args, 8 * len(words)).done(2)


def _more() -> Iterator[Case]:
    for word in _WORDS:
        for form in ("%d", "%u", "%x", "%ld", "%lu", "%llx", "%020lld|", "%-22d|", "%+lld", "%c", "%px"):
            yield _snprintf(form, (word,))
    for room in (0, 1, 2, 5, 6, 7):
        yield _snprintf("%d%d", (123, 456), room)
    for count in range(13):
        yield _snprintf("%d " * count, tuple(range(count)))
        yield _snprintf("%llx " * count, tuple(range(12)), 8)
    for size in (1, 2, 3):
        program = _builder(f"printk without its end, {size} bytes")
        yield program.call(H.TRACE_PRINTK, program.memory(b"%d\n"), size, 1, 2, 3).done(2)
    program = _builder("printk with an early end")
    yield program.call(H.TRACE_PRINTK, program.memory(b"a\0%z"), 4, 1, 2, 3).done(2)
    for size in (0, 4, 8, 96):
        program = _builder(f"vprintk {size}")
        args: Argument = program.memory(bytes(range(size))) if size else 0
        yield program.call(H.TRACE_VPRINTK, program.memory(b"%x\n\0"), 4, args, size).done(2)


def _strings() -> Iterator[Case]:
    for text in (b"", b"a", b"hello", b"x" * 200, b"tab\t\x80"):
        for form in ("%s", "%s|%s", "%10s|", "%-10s|", "%pks|", "%s %s %s %s"):
            program = _builder(f"string {text[:6]!r}:{len(text)} in {form!r}")
            string, room = program.memory(text + b"\0"), 256
            args, target = program.memory(bytes(32)), program.memory(bytes(room))
            for slot in range(4):
                _store_address(program, string, args, slot)
            program.call(H.SNPRINTF, target, room, program.constant(form.encode() + b"\0"), args, 32)
            yield _without(program, args, 4).done(2)
    for form in ("%pI4", "%pi4", "%pI6", "%pi6", "%20pI4|", "%pI4 %pI6", "%pI4x"):
        program = _builder(f"address in {form!r}")
        address, args = (
            program.memory(bytes.fromhex("c0000201 0db8000a 00000000 0000abcd")),
            program.memory(bytes(16)),
        )
        target = program.memory(bytes(128))
        for slot in range(2):
            _store_address(program, address, args, slot)
        program.call(H.SNPRINTF, target, 128, program.constant(form.encode() + b"\0"), args, 16)
        yield _without(program, args, 2).done(2)


def _without(program: Builder, where: At, words: int) -> Builder:
    """Clears the addresses, which differ from kernel to kernel."""
    program.insns += [Store(Size.DW, 9, where.offset + 8 * slot, Imm(0)) for slot in range(words)]
    return program


def _store_address(program: Builder, what: At, where: At, slot: int) -> None:
    """Writes the address of ``what`` into word ``slot`` of ``where``: only the kernel knows it."""
    program.insns.append(LoadImm64(0, ImmKind.MAP_VALUE, 0, what.offset))
    program.insns.append(Store(Size.DW, 9, where.offset + 8 * slot, Reg(0)))


_NUMBERS = (
    "", "0", "1", "-1", "+1", "12345", "-12345", " 7", "\t\n 7", "- 7", "--7", "7 ", "7x", "x7", "0x",
    "0x1f", "0X1F", "0xg", "0x1g", "017", "08", "0b1", "1_0", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
    "99999999999999999999999", "-0", "00", "0xffffffffffffffff", "0x10000000000000000",
    "777777777777777777777", "1777777777777777777777", "-", " ", "-0x10", "2000000000000000000000",
    "0" * 62 + "7", "0" * 63 + "7", " " * 5 + "0" * 63 + "7", "\xa07", "\x1f7", "f", "-f",
)  # fmt: skip


def _numbers() -> Iterator[Case]:
    for text in _NUMBERS:
        for flags in (0, 8, 10, 16):
            yield _parse(text.encode("latin-1") + b"\0", flags)
    for flags in (1, 2, 7, 9, 15, 31, 32, 42, 1 << 32, 10 | 1 << 40):
        yield _parse(b"12\0", flags)
    for unended in (b"12", b"1", b"-", b"0x1f"):
        yield _parse(unended, 0)
    chosen = random.Random(5)
    for _ in range(60):
        yield _parse(
            bytes(chosen.choice(b" -+0123456789abcdefxX\0") for _ in range(chosen.randrange(1, 12))), 0
        )


def _parse(text: bytes, flags: int) -> Case:
    program = _builder(f"number {text!r} {flags:#x}")
    source = program.memory(text)
    for helper in (H.STRTOL, H.STRTOUL):
        program.call(helper, source, len(text), flags, program.memory(b"\x55" * 8))
    return program.done(2)


def _compares() -> Iterator[Case]:
    texts = (b"", b"a", b"ab", b"abc", b"abd", b"b", b"\xff", b"ab\x80")
    for left in texts:
        for right in texts:
            for size in (1, 2, 3, 4):
                program = _builder(f"compare {left!r} {right!r} {size}")
                source = program.memory(left.ljust(4, b"\0"))
                yield program.call(H.STRNCMP, source, size, program.constant(right + b"\0")).done(2)
