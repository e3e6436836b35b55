"""What dev.py needs in place: .venv/, node_modules/, static/dist/ and the tools of the tests.

Third-party code comes from whatever registries the user's own pip and npm settings name, pinned with hashes
by the lock files. A step whose inputs have not changed since it last succeeded is skipped.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

if sys.version_info < (3, 11):  # noqa: UP036  # what the reader's python3 is, is the reader's
    sys.exit(
        f"Hookscope needs Python 3.11 or newer; this is {sys.version.split()[0]}.\nTry: python3.11 dev.py run"
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"


class DevError(Exception):
    """A reason to stop that the user can act on; printed without a traceback."""


def environment() -> dict[str, str]:
    """This process's environment, the checkout's tools first on PATH and the machine's certificates trusted.

    uv and Node otherwise trust only authorities of their own, which is not enough behind a company's proxy.
    """
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    trust = {"UV_SYSTEM_CERTS": "true", "NODE_USE_SYSTEM_CA": "1"}
    return {**trust, **os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}


def run(*command: str | Path) -> None:
    """Run `command` in the checkout; subprocess.CalledProcessError when it fails."""
    subprocess.run([str(part) for part in command], cwd=ROOT, env=environment(), check=True)


def become(*command: str | Path) -> None:
    """Run `command` in place of this process, so that signals and the exit status are its own."""
    if os.name == "nt":
        run(*command)
        return
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(command[0], [str(part) for part in command], environment())  # noqa: S606


def say(step: str) -> None:
    print(f"dev: {step}", file=sys.stderr, flush=True)


def digest(inputs: Iterable[Path]) -> str:
    """A fingerprint of this Python, this folder, and the names and contents of `inputs`."""
    seen = hashlib.sha256(f"{sys.version}\0{sys.base_prefix}\0{ROOT}".encode())
    for path in sorted(inputs):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"
        seen.update(f"\0{path.relative_to(ROOT).as_posix()}\0{content}".encode())
    return seen.hexdigest()


@contextmanager
def once(stamp: Path, *inputs: Path) -> Iterator[bool]:
    """Yield whether the work that `stamp` stands for must be done; remember it when the block succeeds."""
    fingerprint = digest(inputs)
    stale = not stamp.is_file() or stamp.read_text() != fingerprint
    yield stale
    if stale:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(fingerprint)


def apt_install(*packages: str) -> bool:
    """Install Debian packages where this process may; whether it did."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"installing Debian's {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600", *step]
        installed = subprocess.run(
            command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
    return installed.returncode == 0


def require_ensurepip() -> None:
    """Venvs get their pip from ensurepip, which Debian ships apart from Python."""
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        package = f"python3.{sys.version_info.minor}-venv"
        if not apt_install(package):
            raise DevError(
                f"This Python cannot make a venv with pip.\nTry: sudo apt-get install {package}"
            ) from None


def make_venv() -> None:
    """Make .venv/; make it anew when it is another Python's or another folder's, or was left half-made."""
    with once(VENV / ".made.stamp") as stale:
        if stale:
            require_ensurepip()
            say("making .venv")
            subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def python_packages(lock: Path) -> None:
    """Install what `lock` pins: with uv, itself pinned there, or with pip where uv does not manage."""
    make_venv()
    with once(VENV / f".{lock.stem}.stamp", lock) as stale:
        if not stale:
            return
        say(f"installing the Python packages of {lock.name}")
        pip = (PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes")
        try:
            uv_alone = VENV / "uv.lock"
            uv_alone.write_text(pinned("uv", lock))
            run(*pip, "-r", uv_alone)
            # Nothing beyond the lock stays: an import that the lock forgets then fails here, not elsewhere.
            how = ("sync",) if lock == DEV_LOCK else ("install", "-r")
            run(BIN / "uv", "pip", *how, lock, "--quiet", "--python", PYTHON, "--require-hashes")
        except subprocess.CalledProcessError:  # uv does not read pip's own settings, such as a mirror
            say("trying again with pip alone, which is slower")
            run(*pip, "-r", lock)


def pinned(package: str, lock: Path) -> str:
    """The lines of `lock` that pin `package`: its version and hashes."""
    entry = re.search(rf"^{re.escape(package)}==.*(\n +--hash=.*)+\n", lock.read_text(), re.MULTILINE)
    if entry is None:
        raise DevError(f"{lock.name} does not pin {package}.\nTry: git checkout {lock.name}")
    return entry[0]


def front_end_packages() -> None:
    """Install what package-lock.json pins into node_modules/."""
    with once(ROOT / "node_modules/.stamp", ROOT / "package.json", ROOT / "package-lock.json") as stale:
        if stale:
            say("installing the front-end packages of package-lock.json")
            run(BIN / "npm", "ci", "--loglevel", "error")


def bundle() -> None:
    """Bundle static/src into static/dist."""
    static = ROOT / "static"
    sources = (path for path in (static / "src").rglob("*") if path.is_file())
    with once(static / "dist/.stamp", static / "build.mjs", ROOT / "package-lock.json", *sources) as stale:
        if stale:
            say("bundling the front end")
            run(BIN / "node", "static/build.mjs")


def command() -> None:
    """Put the command `hookscope` of this checkout into the venv."""
    with once(VENV / ".hookscope.stamp", DEV_LOCK, ROOT / "pyproject.toml") as stale:
        if stale:
            editable = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
            run(BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON, *editable)


def setup(lock: Path = DEV_LOCK) -> None:
    """Install and build all that the app needs, or by default also its tests."""
    python_packages(lock)
    front_end_packages()
    bundle()
    if lock == DEV_LOCK:
        command()


def chromium() -> str | None:
    """The Chromium that tests drive: $CHROMIUM, or the first of its usual names on PATH."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def test_tools() -> None:
    """Find or install what only tests need: Chromium and, where easy, an LLVM that knows all of eBPF."""
    if chromium() is None and not apt_install("chromium"):
        raise DevError(
            "The browser tests need Chromium.\nTry: sudo apt-get install chromium"
            "\n(or say where one is: CHROMIUM=/path/to/chromium python3 dev.py test)"
        )
    with once(
        VENV / ".llvm.stamp"
    ) as stale:  # tried once; where it does not work, its tests skip and say why
        if stale and not shutil.which("llvm-mc-22"):
            _ = apt_install("llvm-22") or shutil.which("llvm-mc") or apt_install("llvm")
