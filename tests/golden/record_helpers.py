"""Records what this machine's kernel answers to calls of helpers, and who may call them."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from tests.oracle import kernel
from tests.shared_data import CHECKOUT
from tests.vm.helpers import argument_types, permission
from tests.vm.helpers.answer import Answer, of_kernel
from tests.vm.helpers.build import Case
from tests.vm.helpers.cases import FAMILIES
from tests.vm.kernel.context import probe

FOLDER = CHECKOUT / "tests/data/helpers"
SEMANTICS = FOLDER / "semantics.json.gz"
PERMISSIONS = FOLDER / "permissions.json.gz"
CONTEXT = FOLDER / "context.json.gz"
ARGUMENTS = FOLDER / "arguments.json.gz"


def digest(cases: Iterable[Case]) -> str:
    """What tells whether recorded answers belong to these programs."""
    seen = hashlib.sha256()
    for case in cases:
        for part in (case.name.encode(), case.code, case.value, case.constants, case.packet):
            seen.update(len(part).to_bytes(4, "little") + part)
    return seen.hexdigest()


def _write(path: str, content: object) -> None:
    """JSON, compressed so that equal content gives equal bytes."""
    text = json.dumps({"kernel": kernel.kernel_version(), "answers": content}, separators=(",", ":"))
    target = FOLDER / path
    target.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{path}: {target.stat().st_size:,} bytes")


def semantics() -> dict[str, object]:
    """Every family's answers, in the order of its cases."""
    families: dict[str, object] = {}
    for name, make in FAMILIES.items():
        answers: list[Answer] = [of_kernel(case) for case in make()]
        kinds = Counter(str(answer[0]) if isinstance(answer[0], str) else "run" for answer in answers)
        print(f"{name}: {len(answers)} programs, {dict(kinds)}")
        families[name] = {"digest": digest(make()), "answers": answers}
    return families


def main() -> None:
    """Asks the kernel everything."""
    reason = kernel.unavailable()
    if reason:
        raise SystemExit(reason)
    FOLDER.mkdir(parents=True, exist_ok=True)
    _write(PERMISSIONS.name, permission.ask())
    _write(CONTEXT.name, probe.ask())
    _write(ARGUMENTS.name, argument_types.ask())
    _write(SEMANTICS.name, semantics())
