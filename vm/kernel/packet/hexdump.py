"""Bytes from hex as people copy it: plain, with colons, or as a dump with offsets and text beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from vm.kernel.packet.errors import PacketError, shortened
from vm.source import HookscopeError

MAX_HEX_TEXT = 1_000_000
"""The most characters of text that are looked at: a dump of 65,535 bytes takes about 320,000."""
MAX_REPEATED = 1 << 18
"""The most bytes that a `*` in a dump may stand for."""

_OFFSET = re.compile(r"\s*(?:0x)?([0-9a-fA-F]{3,8})(?::|\s\s+|\s+(?=[0-9a-fA-F]{2}(?:\s|$))|\s*$)")
_WORD_DUMP = re.compile(r"0{7} [0-9a-fA-F]{4} [0-9a-fA-F]{4}\b")
_GROUP = re.compile(r"(\s*)((?:[0-9a-fA-F]{2})+)(?![^\s|])")
_IGNORED = re.compile(r"0[xX]|\\x|[\s:,;\-{}\"']")
_NO_HEX = re.compile(r"[^0-9a-fA-F ]")


@dataclass(frozen=True, slots=True)
class _DumpLine:
    offset: int
    rest: str


def from_hex(text: str) -> bytes:
    """Return the bytes that hex text stands for.

    Taken: plain hex, bytes apart by spaces, colons, commas or dashes, `0x45, 0x00`, escapes of C strings, and
    dumps as `hexdump -C`, `xxd`, `od -Ax -tx1`, `tcpdump -xx` and Wireshark print them; `#` starts a comment.
    Raises PacketError with the line and column of what is no hex.
    """
    if len(text) > MAX_HEX_TEXT:
        raise PacketError.of(
            "packet-hex-too-long",
            f"the text has {len(text):,} characters; at most {MAX_HEX_TEXT:,} are read",
            "give a packet of at most 65,535 bytes",
        )
    lines = [line.partition("#")[0].rstrip() for line in text.splitlines()]
    dump = _dump_lines(lines)
    return _from_plain(lines) if dump is None else _from_dump(dump)


def _from_plain(lines: Sequence[str]) -> bytes:
    digits: list[str] = []
    for number, line in enumerate(lines, 1):
        blanked = _IGNORED.sub(lambda ignored: " " * len(ignored[0]), line)
        if (wrong := _NO_HEX.search(blanked)) is not None:
            raise _no_hex(number, wrong.start() + 1, wrong[0])
        digits.append(blanked.replace(" ", ""))
    joined = "".join(digits)
    if len(joined) % 2:
        raise PacketError.of(
            "packet-odd-hex",
            f"the text has {len(joined):,} hex digits, an odd number: half a byte is missing or too much",
            "write each byte with two digits, 05 instead of 5",
        )
    return bytes.fromhex(joined)


def _dump_lines(lines: Sequence[str]) -> list[_DumpLine | None] | None:
    """The lines of a dump from offset 0 on, None for `*`; None altogether where the text is no dump."""
    found: list[_DumpLine | None] = []
    for number, line in enumerate(lines, 1):
        if _WORD_DUMP.match(line) and not found:
            raise PacketError.of(
                "packet-word-dump",
                f"line {number} looks like `hexdump` without -C, which prints words with their bytes swapped",
                "copy the output of `hexdump -C` or `xxd`",
            )
        match = _OFFSET.match(line)
        if match is not None and (found or int(match[1], 16) == 0):
            found.append(_DumpLine(int(match[1], 16), line[match.end() :]))
        elif found and line.strip() == "*":
            found.append(None)
        elif found and line.strip():
            return None
    return found if any(line is not None and _groups(line.rest) for line in found) else None


def _from_dump(lines: Sequence[_DumpLine | None]) -> bytes:
    data = bytearray()
    last = b""
    is_starred = False
    for line, following in zip_longest(lines, lines[1:]):
        if line is None:
            is_starred = True
            continue
        if line.offset != len(data):
            data += _repeated(last if is_starred else b"", line, len(data))
        is_starred = False
        last = _line_bytes(line, following)
        data += last
    return bytes(data)


def _repeated(last: bytes, line: _DumpLine, at: int) -> bytes:
    missing = line.offset - at
    if not last or missing < 0 or missing % len(last) or missing > MAX_REPEATED:
        raise _bad_offset(line, at)
    return last * (missing // len(last))


def _line_bytes(line: _DumpLine, following: _DumpLine | None) -> bytes:
    """The bytes of a line; how many is told by the next offset, or else by where the text beside begins."""
    groups = _groups(line.rest)
    if following is not None and following.offset > line.offset:
        known = b"".join(group for _, group in groups)[: following.offset - line.offset]
        if known:
            return known
    data = b""
    for gap, group in groups:
        if data and gap >= 2 and not (gap == 2 and len(data) == 8):
            break
        data += group
    return data


def _groups(rest: str) -> list[tuple[int, bytes]]:
    """Runs of hex digits from the start of a line, each with the number of spaces before it."""
    groups: list[tuple[int, bytes]] = []
    at = 0
    while (match := _GROUP.match(rest, at)) is not None and (match[1] or not groups):
        groups.append((len(match[1]), bytes.fromhex(match[2])))
        at = match.end()
    return groups


def _bad_offset(line: _DumpLine, expected: int) -> HookscopeError:
    return PacketError.of(
        "packet-bad-offset",
        f"the dump jumps to offset 0x{line.offset:x} where 0x{expected:x} is next",
        "copy one packet, with all its lines",
    )


def _no_hex(line: int, column: int, character: str) -> HookscopeError:
    return PacketError.of(
        "packet-no-hex",
        f"line {line}, column {column}: `{shortened(character)}` is no hex digit",
        "write bytes as 45 00 00 3c, or paste a dump of `hexdump -C`, `xxd`, `tcpdump -xx` or Wireshark",
    )
