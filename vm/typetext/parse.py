"""Reading a type's text: ``u64``, ``be16[4]``, ``{u32 hits, u64 bytes}``, ``char[16]``."""

import re
from functools import lru_cache
from typing import Final

from vm.source import Diagnostic, HookscopeError, Span, did_you_mean
from vm.typetext.scalars import ALIASES, SCALARS, SIZED
from vm.typetext.types import Array, Struct, ValueType

MAX_TEXT: Final = 2_000
MAX_DEPTH: Final = 8
MAX_SIZE: Final = 1 << 20
_TOKEN = re.compile(r"\s*(?:([A-Za-z_]\w*)|([0-9]\w*)|([{}\[\],;])|(\S))")
_FRAME = "{"


@lru_cache(maxsize=1024)
def parse_type(text: str) -> ValueType:
    """The type that ``text`` names.

    Raises HookscopeError; its span counts columns of ``text`` (line 1), so that an assembler can move it.
    """
    if len(text) > MAX_TEXT:
        raise HookscopeError.of("bad-type", f"a type of {len(text)} characters is too long to read")
    reader = _Reader(text)
    found = reader.type(0)
    reader.expect_end()
    return found


class _Reader:
    """A recursive-descent reader over the words of a type."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int, int]] = [
            (m[m.lastindex], m.start(m.lastindex), m.end(m.lastindex))
            for m in _TOKEN.finditer(text)
            if m.lastindex
        ]
        self.tokens.append(("", len(text), len(text)))
        self.at = 0

    @property
    def word(self) -> str:
        return self.tokens[self.at][0]

    def take(self) -> str:
        word = self.word
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return word

    def error(self, message: str, hint: str | None = None, at: int | None = None) -> HookscopeError:
        _, start, end = self.tokens[self.at if at is None else at]
        return HookscopeError(Diagnostic("bad-type", message, Span(1, start, max(end, start + 1)), hint))

    def expect_end(self) -> None:
        if self.word:
            raise self.error(f"`{self.word}` after the end of the type")

    def type(self, depth: int) -> ValueType:
        if depth > MAX_DEPTH:
            raise self.error(f"types may nest at most {MAX_DEPTH} deep")
        start = self.at
        packed = self.word == "packed"
        if packed or self.word == "struct":
            self.take()
        if self.word == _FRAME:
            return self.sized(self.array_of(self.struct(depth, packed)), start)
        if packed:
            raise self.error("`packed` must be followed by `{`", "packed {u32 hits, u64 bytes}")
        return self.sized(self.scalar(), start)

    def sized(self, found: ValueType, start: int) -> ValueType:
        if found.size > MAX_SIZE:
            raise self.error(
                f"{found.text} takes {found.size:,} bytes; at most {MAX_SIZE:,} are shown", at=start
            )
        return found

    def scalar(self) -> ValueType:
        start, name = self.at, self.word
        if not name.isidentifier():
            found = f", found `{name}`" if name else ""
            raise self.error(f"expected a type{found}", "such as u32 or ipv4")
        self.take()
        name = ALIASES.get(name, name)
        if name in SIZED and self.word == "[":
            return self.array_of(SIZED[name](self.count()))
        if name in SCALARS:
            return self.array_of(SCALARS[name])
        if name in SIZED:
            raise self.error(f"`{name}` needs a number of bytes", f"write {name}[16]", start)
        known = [*SCALARS, *SIZED]
        raise self.error(
            f"there is no type `{name}`", did_you_mean(name, known) or "such as u32, be16, ipv4", start
        )

    def array_of(self, item: ValueType) -> ValueType:
        """``u32[2][4]`` is four times ``u32[2]``."""
        for count in self.counts():
            item = Array(item, count)
        return item

    def counts(self) -> list[int]:
        counts: list[int] = []
        while self.word == "[":
            if len(counts) == MAX_DEPTH:
                raise self.error(f"arrays may nest at most {MAX_DEPTH} deep")
            counts.append(self.count())
        return counts

    def count(self) -> int:
        self.take()
        start, digits = self.at, self.take()
        if not re.fullmatch(r"[0-9]{1,7}|0x[0-9a-fA-F]{1,5}", digits) or int(digits, 0) == 0:
            raise self.error(
                f"expected how many, found `{digits}`", "a whole number from 1, such as [16]", start
            )
        if self.take() != "]":
            raise self.error("`]` is missing", at=self.at - 1)
        return int(digits, 0)

    def struct(self, depth: int, packed: bool) -> Struct:
        self.take()
        members: list[tuple[str, ValueType]] = []
        while self.word != "}":
            members.append(self.member(depth, {name for name, _ in members}))
            if self.word not in (",", ";", "}"):
                raise self.error("expected `,` or `}`" + (f", found `{self.word}`" if self.word else ""))
            if self.word != "}":
                self.take()
        if not members:
            raise self.error("a structure needs at least one field", "such as {u32 hits, u64 bytes}")
        self.take()
        return Struct.of(members, packed)

    def member(self, depth: int, taken: set[str]) -> tuple[str, ValueType]:
        kind = self.type(depth + 1)
        name = self.word
        if not name.isidentifier():
            raise self.error(f"a field of type {kind.text} needs a name", f"write {kind.text} count")
        if name in taken:
            raise self.error(f"the field `{name}` is there twice")
        self.take()
        start = self.at
        for count in reversed(self.counts()):  # as in C: `u32 x[4][2]` is four times `u32[2]`
            kind = SIZED["char"](count) if kind == SCALARS["char"] else Array(kind, count)
        return name, self.sized(kind, start)
