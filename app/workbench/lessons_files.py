"""The files of the folder an author works on: read, written and packed, and nothing outside of it."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from app.lessons.catalogue import catalogue, folders
from app.lessons.files import ENDINGS, MAX_FILE, MAX_FILES, MAX_FOLDER, Files
from app.lessons.folder import read
from app.lessons.problems import Problem
from app.lessons.schema.base import LESSON_ID
from app.schemas.author import AuthorFolder, FileView, LessonFolder, ProblemView
from app.workbench.check import diagnostic_view
from vm.source import HookscopeError

_NAME = re.compile(r"(wrong/)?[A-Za-z0-9][A-Za-z0-9_-]{0,70}(\.[A-Za-z0-9_-]{1,20}){1,3}")
_BINARY = (".pcap", ".pcapng")
MAX_ZIP = 16 << 20
"""Bytes of an archive, and of all lessons in one."""
MAX_LESSONS = 100


def folder_view(root: Path) -> AuthorFolder:
    """All lessons there, with what is wrong with each."""
    between = catalogue(root).problems
    return AuthorFolder(
        root=root.name,
        lessons=[lesson_view(folder, between.get(folder.name, ())) for folder in folders(root)],
    )


def lesson_view(folder: Path, between: tuple[Problem, ...] = ()) -> LessonFolder:
    """One lesson's files and problems; ``between`` are those with other lessons."""
    files, _ = Files.of(folder)
    lesson, problems = read(folder)
    told = dict.fromkeys(str(one) for one in problems)
    extra = [one for one in between if str(one) not in told]
    return LessonFolder(
        name=folder.name,
        title=lesson.front.title if lesson else "",
        files=[
            FileView(name=name, size=size, text=not name.endswith(_BINARY))
            for name, size in sorted(files.names.items(), key=_order)
        ],
        problems=[problem_view(one) for one in (*problems, *extra)],
    )


def problem_view(one: Problem) -> ProblemView:
    """A problem for the page."""
    return ProblemView(file=one.file, diagnostic=diagnostic_view(one.diagnostic))


_FIRST = ("lesson.md", "stub.bpf", "solution.bpf", "checks.yaml", "hints.yaml", "design.md")


def _order(item: tuple[str, int]) -> tuple[int, str]:
    """The files every lesson has first, the wrong answers last."""
    name = item[0]
    place = _FIRST.index(name) if name in _FIRST else len(_FIRST) + name.startswith("wrong/")
    return place, name


def lesson_path(root: Path, lesson: str) -> Path:
    """The folder of a lesson; raises HookscopeError for any other."""
    path = root / lesson
    if re.fullmatch(LESSON_ID, lesson) is None or path.is_symlink() or not path.is_dir():
        raise HookscopeError.of("not-found", "there is no such lesson in this folder")
    return path


def file_path(root: Path, lesson: str, name: str) -> Path:
    """Where a file of a lesson is, or would be; raises HookscopeError for what no lesson has."""
    folder = lesson_path(root, lesson)
    if _NAME.fullmatch(name) is None or not name.endswith(ENDINGS):
        hint = (
            f"a name of letters, digits and hyphens that ends with {', '.join(ENDINGS)}; wrong/ is a folder"
        )
        raise HookscopeError.of("bad-name", f"`{name[:80]}` cannot be a file of a lesson", hint)
    path = folder / name
    if path.is_symlink() or path.parent.is_symlink() or path.is_dir():
        raise HookscopeError.of("bad-name", f"`{name}` leads elsewhere", "links are not followed")
    return path


def read_text(root: Path, lesson: str, name: str) -> str:
    """The text of a file."""
    path = file_path(root, lesson, name)
    if not path.is_file():
        raise HookscopeError.of("not-found", f"there is no file `{name}`")
    if path.stat().st_size > MAX_FILE:
        raise HookscopeError.of("too-large", f"`{name}` is larger than {MAX_FILE:,} bytes")
    return path.read_bytes().decode("utf-8", "replace")


def write_text(root: Path, lesson: str, name: str, text: str) -> None:
    """Writes a file at once or not at all."""
    path = file_path(root, lesson, name)
    data = text.encode()
    if len(data) > MAX_FILE:
        raise HookscopeError.of("too-large", f"a file has at most {MAX_FILE:,} bytes")
    if not path.is_file() and len(Files.of(path.parents[name.count("/")])[0].names) >= MAX_FILES:
        raise HookscopeError.of("too-many", f"a lesson has at most {MAX_FILES} files")
    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    beside.replace(path)


def remove(root: Path, lesson: str, name: str) -> None:
    """Removes a file."""
    file_path(root, lesson, name).unlink(missing_ok=True)


def packed(root: Path, lesson: str | None = None) -> bytes:
    """A lesson, or all of them, as a zip archive."""
    chosen = [lesson_path(root, lesson)] if lesson else folders(root)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in chosen:
            files, _ = Files.of(folder)
            for name in files.names:
                archive.writestr(f"{folder.name}/{name}", files.data(name))
        glossary = root / "glossary.yaml"
        if not lesson and glossary.is_file() and not glossary.is_symlink():
            archive.writestr("glossary.yaml", glossary.read_bytes())
    return target.getvalue()


def unpacked(root: Path, data: bytes) -> list[str]:
    """Takes lessons from an archive; the names of those taken. Nothing that is there is written over."""
    if len(data) > MAX_ZIP:
        raise HookscopeError.of("too-large", f"an archive has at most {MAX_ZIP:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = dict(_members(archive))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise HookscopeError.of("bad-zip", f"this is no zip archive that can be read: {error}") from error
    lessons = sorted({name.partition("/")[0] for name in found})
    _fits(root, lessons, found)
    for lesson in lessons:
        (root / lesson).mkdir()
    for name, content in found.items():
        lesson, _, file = name.partition("/")
        path = file_path(root, lesson, file)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return lessons


def _fits(root: Path, lessons: list[str], found: dict[str, bytes]) -> None:
    if not lessons:
        raise HookscopeError.of(
            "bad-zip", "there is no lesson in it", "each lesson is a folder with lesson.md"
        )
    if len(lessons) > MAX_LESSONS:
        raise HookscopeError.of("too-many", f"at most {MAX_LESSONS} lessons are taken at once")
    for lesson in lessons:
        own = [content for name, content in found.items() if name.startswith(f"{lesson}/")]
        if len(own) > MAX_FILES or sum(map(len, own)) > MAX_FOLDER:
            raise HookscopeError.of("too-large", f"`{lesson}` has too many files, or too large ones")
        if (root / lesson).exists():
            raise HookscopeError.of("exists", f"`{lesson}` is there already", "rename or remove it first")


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """The files of an archive that may be taken, none larger than it says, all within bounds."""
    total = 0
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_FILES * MAX_LESSONS:
        raise HookscopeError.of("too-many", "there are too many files in this archive")
    for info in infos:
        if info.filename == "glossary.yaml":
            continue
        name = _checked(info)
        with archive.open(info) as member:
            content = member.read(MAX_FILE + 1)
        total += len(content)
        if len(content) > MAX_FILE or total > MAX_ZIP:
            raise HookscopeError.of("too-large", f"`{name}` makes this archive too large when unpacked")
        yield name, content


def _checked(info: zipfile.ZipInfo) -> str:
    """The name of a file that may be taken: lesson/file or lesson/wrong/file, no link."""
    name = info.filename
    path = PurePosixPath(name)
    lesson, _, file = name.partition("/")
    link = (info.external_attr >> 16) & 0o170000 == 0o120000
    fine = str(path) == name and re.fullmatch(LESSON_ID, lesson) and _NAME.fullmatch(file)
    if not fine or link or not name.endswith(ENDINGS):
        raise HookscopeError.of(
            "bad-zip",
            f"`{name[:100]}` cannot be part of a lesson",
            "an archive holds folders of lessons only",
        )
    return name
