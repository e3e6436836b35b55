"""Snapshots of region bytes that share every page not written in between.

A region's bytes are cut into pages of 1 KiB, and those into chunks of 64 pages. The table of a region is
a tuple of chunks, each a tuple of pages; chunks and pages that nobody wrote are the same objects as in the
table before. Taking a snapshot and going back to one cost what changed, not what there is.
"""

from typing import Final

PAGE_BITS: Final = 10
PAGE: Final = 1 << PAGE_BITS
CHUNK_BITS: Final = 6
CHUNK: Final = 1 << CHUNK_BITS
CHUNK_BYTES: Final = PAGE << CHUNK_BITS

Chunk = tuple[bytes, ...]
Table = tuple[Chunk, ...]

_ZERO_PAGE: Final = bytes(PAGE)
_ZERO_CHUNK: Final[Chunk] = (_ZERO_PAGE,) * CHUNK


def zero_table(size: int) -> Table:
    """The table of ``size`` zero bytes, made without looking at any."""
    chunks, rest = divmod(size, CHUNK_BYTES)
    pages, tail = divmod(rest, PAGE)
    last = (_ZERO_PAGE,) * pages + ((bytes(tail),) if tail else ())
    return (_ZERO_CHUNK,) * chunks + ((last,) if last else ())


def full_table(data: bytearray) -> Table:
    """The table of all of ``data``."""
    return tuple(_chunk(data, start) for start in range(0, len(data), CHUNK_BYTES))


def _chunk(data: bytearray, start: int) -> Chunk:
    end = min(start + CHUNK_BYTES, len(data))
    return tuple(bytes(data[at : at + PAGE]) for at in range(start, end, PAGE))


def updated(table: Table, data: bytearray, dirty: set[int]) -> Table:
    """``table`` with the pages in ``dirty`` taken anew from ``data``, which is as long as before."""
    chunks = list(table)
    for number in {page >> CHUNK_BITS for page in dirty}:
        pages = list(chunks[number])
        first = number << CHUNK_BITS
        for page in dirty.intersection(range(first, first + CHUNK)):
            at = page << PAGE_BITS
            pages[page - first] = bytes(data[at : at + PAGE])
        chunks[number] = tuple(pages)
    return tuple(chunks)


def restored(data: bytearray, table: Table, dirty: set[int], target: Table) -> None:
    """Takes ``data``, which differs from ``table`` in the pages ``dirty``, to ``target``, as long."""
    touched = {page >> CHUNK_BITS for page in dirty}
    for number, (now, then) in enumerate(zip(table, target, strict=True)):
        if now is then and number not in touched:
            continue
        first = number << CHUNK_BITS
        for page, (old, new) in enumerate(zip(now, then, strict=True), first):
            if old is not new or page in dirty:
                at = page << PAGE_BITS
                data[at : at + len(new)] = new
