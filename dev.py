#!/usr/bin/env python3
"""Use a checkout of Hookscope: `python3 dev.py run` starts the app, `python3 dev.py test` runs every test.

Python 3.11 or newer is all it needs; dev_setup.py fetches the rest.
"""

from __future__ import annotations

import inspect
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from dev_setup import (
    BIN,
    DEV_LOCK,
    PYTHON,
    ROOT,
    RUNTIME_LOCK,
    DevError,
    become,
    environment,
    front_end_packages,
    python_packages,
    run,
    say,
    setup,
    test_tools,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def module(name: str, *arguments: str) -> None:
    run(PYTHON, "-m", name, *arguments)


def script(name: str) -> None:
    """Run one of package.json's scripts."""
    run(BIN / "npm", "run", "--silent", name)


CHECKS: Mapping[str, Callable[[], None]] = {
    "ruff format": lambda: module("ruff", "format", "--check", "--quiet", "."),
    "ruff check": lambda: module("ruff", "check", "--quiet", "--output-format", "concise", "."),
    "mypy": lambda: module("mypy"),
    "import-linter": lambda: run(BIN / "lint-imports", "--no-logo"),
    "schemas.ts": lambda: module("app.schema_export", "--check"),
    "tsc": lambda: script("check"),
}
TESTS: Mapping[str, Callable[[], None]] = {
    "node --test": lambda: script("test"),
    "pytest": lambda: pytest_twice(),
}


def attempt(steps: Mapping[str, Callable[[], None]]) -> None:
    """Take every step, also past one that fails; then fail, naming all that did."""
    failed = []
    for name, step in steps.items():
        say(name)
        try:
            step()
        except subprocess.CalledProcessError:  # the tool itself has said why
            failed.append(name)
    if failed:
        raise DevError(f"failed: {', '.join(failed)}")
    say(f"passed: {', '.join(steps)}")


def install() -> None:
    """install and build everything, and start nothing"""
    setup()


def start(*options: str) -> None:
    """start the app; options are those of `hookscope serve`, such as --port 8080"""
    setup(RUNTIME_LOCK)
    become(PYTHON, "-m", "app", "serve", *options)


def pytest_twice() -> None:
    """Run pytest on all cores; what failed runs once more alone, where no neighbour starves a browser."""
    cores = str(min(4, os.cpu_count() or 1))
    try:
        module("pytest", "--numprocesses", cores, "--dist", "loadfile")
    except subprocess.CalledProcessError:
        print("dev: what failed is run once more, by itself", flush=True)
        module("pytest", "--last-failed", "--last-failed-no-failures", "none")


def test(*options: str) -> None:
    """run every check and test; with options, only pytest with those options"""
    setup()
    if options:
        become(PYTHON, "-m", "pytest", *options)
    test_tools()
    attempt({**CHECKS, **TESTS})


def check() -> None:
    """check format, lint, types and architecture"""
    python_packages(DEV_LOCK)
    front_end_packages()
    attempt(CHECKS)


def fix() -> None:
    """format, and mend what lint can mend by itself"""
    python_packages(DEV_LOCK)
    module("ruff", "check", "--fix", ".")
    module("ruff", "format", ".")


def files_served() -> dict[Path, int]:
    """When each file that the server reads once was last changed, in nanoseconds."""
    seen = {}
    folders = (ROOT / name for name in ("app", "vm", "templates", "lessons"))
    for path in (path for folder in folders for path in folder.rglob("*")):
        if "__pycache__" not in path.parts:
            with suppress(FileNotFoundError):  # an editor may be replacing it
                seen[path] = path.stat().st_mtime_ns
    return seen


def serve_until_changed(*options: str) -> None:
    before = files_served()
    with subprocess.Popen([PYTHON, "-m", "app", "serve", *options], cwd=ROOT, env=environment()) as server:
        try:
            while files_served() == before:
                time.sleep(0.5)
        finally:
            server.terminate()


def develop(*options: str) -> None:
    """start the app, and again whenever a source changes; options as for run"""
    setup()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the server ends too
    watch = (BIN / "node", "static/build.mjs", "--watch")
    with subprocess.Popen(watch, cwd=ROOT, env=environment(), stdin=subprocess.PIPE):  # ends with its input
        while True:
            serve_until_changed(*options)
            say("a source has changed")


def types() -> None:
    """write the browser's types (schemas.ts) anew from the server's schemas"""
    python_packages(DEV_LOCK)
    module("app.schema_export")


def bench(*names: str) -> None:
    """measure, and hold each figure against its target; names pick tests/bench/bench_NAME.py"""
    setup()
    become(PYTHON, "-m", "tests.bench", *names)


def golden(*names: str) -> None:
    """record tests/data anew from this machine's kernel (root); names pick tests/golden/record_NAME.py"""
    setup()
    become(PYTHON, "-m", "tests.golden", *names)


FUZZERS: Mapping[str, str] = {"jit": "tests.jit.fuzz", "equal": "tests.jit.equal"}


def fuzz(*options: str) -> None:
    """break programs for the verifier (--seconds 600 --kernel …); `fuzz jit`, `fuzz equal` for native code"""
    setup()
    other = FUZZERS.get(options[0] if options else "")
    become(PYTHON, "-m", other or "tests.verifier.fuzz", *options[bool(other) :])


def lessons(*options: str) -> None:
    """prove all lessons and print their mutation report; options and folders are those of `lessons check`"""
    python_packages(RUNTIME_LOCK)
    become(PYTHON, "-m", "app", "lessons", "check", *(options or ("--mutants",)))


def policies(start: str = "0", count: str = "10000") -> None:
    """hold random NetworkPolicies against the words of the API; START and COUNT name their seeds"""
    setup()
    become(PYTHON, "-m", "tests.app.manifests.compare", start, count)


def shots(*options: str) -> None:
    """photograph every screen and state into shots/"""
    setup()
    test_tools()
    become(PYTHON, "-m", "tests.browser.shots", *options)


def lock() -> None:
    """write the lock files anew, with the newest versions that pyproject.toml and package.json allow"""
    python_packages(DEV_LOCK)
    front_end_packages()
    for name, group in ((RUNTIME_LOCK.name, "build"), (DEV_LOCK.name, "dev")):
        choose = (
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--upgrade",
            "--group",
            group,
        )
        write = ("--quiet", "--no-header", "--no-emit-index-url", "--output-file", name)
        run(BIN / "uv", "pip", "compile", "pyproject.toml", *choose, *write)
    run(BIN / "npm", "update", "--package-lock-only")


VERBS: Mapping[str, Callable[..., None]] = {
    "run": start,
    "test": test,
    "setup": install,
    "check": check,
    "fix": fix,
    "dev": develop,
    "types": types,
    "bench": bench,
    "golden": golden,
    "fuzz": fuzz,
    "lessons": lessons,
    "policies": policies,
    "shots": shots,
    "lock": lock,
}


def usage() -> str:
    verbs = (f"  {name:10}{verb.__doc__}" for name, verb in VERBS.items())
    return "\n".join(("usage: python3 dev.py VERB [options]", "", *verbs))


def accepts(verb: Callable[..., None], options: tuple[str, ...]) -> bool:
    try:
        inspect.signature(verb).bind(*options)
    except TypeError:
        return False
    return True


def main(name: str = "help", *options: str) -> int:
    """Carry out the verb `name`; the exit status."""
    verb = VERBS.get(name)
    if verb is None or not accepts(verb, options):
        print(usage())
        return 0 if name in {"help", "-h", "--help"} else 2
    try:
        verb(*options)
    except DevError as error:
        say(str(error))
    except subprocess.CalledProcessError as error:
        say(f"{error}")
    except KeyboardInterrupt:
        return 130
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
