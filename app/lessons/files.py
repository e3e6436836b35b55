"""The files of a lesson's folder, within bounds and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.lessons.problems import Problem, problem

MAX_FILES: Final = 200
MAX_FILE: Final = 1 << 20
MAX_FOLDER: Final = 8 << 20
ENDINGS: Final = (".md", ".bpf", ".yaml", ".svg", ".pcap", ".pcapng")
"""What a lesson's files may be."""
FOLDERS: Final = ("", "wrong")


@dataclass(frozen=True, slots=True)
class Files:
    """A folder with the sizes of its files by name, ``wrong/01-too-late.bpf`` among them."""

    folder: Path
    names: Mapping[str, int] = field(repr=False)

    @classmethod
    def of(cls, folder: Path) -> tuple["Files", list[Problem]]:
        """The files of ``folder``; no link is followed."""
        found: dict[str, int] = {}
        problems: list[Problem] = []
        for inner in FOLDERS:
            where = folder / inner
            if where.is_symlink() or not where.is_dir():
                continue
            for entry in sorted(os.scandir(where), key=lambda entry: entry.name):
                _take(entry, inner, found, problems)
                if len(found) > MAX_FILES:
                    problems.append(problem("", "too-many-files", f"a lesson has at most {MAX_FILES} files"))
                    return cls(folder, MappingProxyType(found)), problems
        if sum(found.values()) > MAX_FOLDER:
            problems.append(problem("", "too-large", f"a lesson has at most {MAX_FOLDER:,} bytes in all"))
        if not found:
            problems.append(problem("", "no-lesson", "there are no files here", "begin with lesson.md"))
        return cls(folder, MappingProxyType(found)), problems

    def text(self, name: str, problems: list[Problem]) -> str:
        """The text of a file; the empty text, and a problem, where there is none."""
        if name not in self.names:
            if not any(one.file == name for one in problems):
                problems.append(problem(name, "missing-file", f"there is no file `{name}`", "make it"))
            return ""
        try:
            return (self.folder / name).read_bytes().decode("utf-8")
        except FileNotFoundError:  # taken away since it was listed
            problems.append(problem(name, "missing-file", f"there is no file `{name}`", "make it"))
            return ""
        except UnicodeDecodeError as error:
            message = f"this is not text in UTF-8: byte {error.start:,} cannot be read"
            problems.append(problem(name, "not-text", message, "save it as UTF-8"))
            return ""

    def data(self, name: str) -> bytes:
        """The bytes of a file that is there, such as a pcap."""
        return (self.folder / name).read_bytes()


def _take(entry: "os.DirEntry[str]", inner: str, found: dict[str, int], problems: list[Problem]) -> None:
    name = f"{inner}/{entry.name}" if inner else entry.name
    if entry.is_symlink():
        problems.append(problem(name, "link", "links to elsewhere are not followed", "put the file here"))
    elif entry.is_dir():
        if inner or entry.name not in FOLDERS:
            problems.append(
                problem(name, "unknown-folder", "there is no such folder in a lesson", "only wrong/ is")
            )
    elif entry.name.startswith("."):
        return
    elif not entry.name.endswith(ENDINGS):
        hint = f"a lesson's files end with {', '.join(ENDINGS)}"
        problems.append(problem(name, "unknown-file", "such files are not part of a lesson", hint))
    elif (size := entry.stat().st_size) > MAX_FILE:
        problems.append(problem(name, "file-too-large", f"{size:,} bytes; at most {MAX_FILE:,} are read"))
    else:
        found[name] = size
