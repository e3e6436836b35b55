"""LLVM's assembler and disassembler, which say from outside whether an encoding is right."""

import re
import shutil
import subprocess
from functools import cache

VERSIONS = range(30, 17, -1)  # 18 is the first that knows RFC 9669 whole (-mcpu=v4)


@cache
def llvm_tool(name: str) -> str | None:
    """The newest `name` ("llvm-mc", "llvm-objdump", "clang") of LLVM 18 or later on PATH, or None."""
    for candidate in (*(f"{name}-{version}" for version in VERSIONS), name):
        path = shutil.which(candidate)
        if path is not None and llvm_version(path) in VERSIONS:
            return path
    return None


def llvm_version(path: str) -> int:
    """The major version that the LLVM tool at `path` reports; 0 when it reports none."""
    shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+)\.", shown)
    return int(found[1]) if found else 0
