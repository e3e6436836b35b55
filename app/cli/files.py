"""Reading what a command is given: a file or standard input; text, hex or raw bytes."""

import sys
from pathlib import Path

import click

MAX_INPUT = 64 << 20


class FileOrDash(click.ParamType[bytes]):
    """FILE, or ``-`` for standard input; gives the bytes."""

    name = "FILE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        """Reads the whole file, at most 64 MiB."""
        if isinstance(value, bytes):
            return value
        try:
            data = sys.stdin.buffer.read(MAX_INPUT + 1) if value == "-" else Path(str(value)).read_bytes()
        except OSError as error:
            self.fail(f"cannot read {value}: {error.strerror}", param, ctx)
        if len(data) > MAX_INPUT:
            self.fail(f"{value} is larger than 64 MiB", param, ctx)
        return data


def text(data: bytes) -> str:
    """UTF-8 text; bytes that are none become the replacement character, which assembling points at."""
    return data.decode("utf-8", "replace")


def bytecode(data: bytes) -> bytes:
    """Raw instructions, or the same as hex digits."""
    squeezed = b"".join(data.split())
    try:
        return bytes.fromhex(squeezed.decode("ascii"))
    except (UnicodeDecodeError, ValueError):
        return data
