"""Finding the modules of a folder by their name, so that adding one is adding a file."""

from collections.abc import Collection, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

TESTS = Path(__file__).resolve().parent


def modules(folder: str, prefix: str, names: Collection[str] = ()) -> Iterator[tuple[str, ModuleType]]:
    """Each (name, module) of `tests/<folder>/<prefix><name>.py`, by name; only `names` where any are given.

    Raises SystemExit, listing what there is, for a name that is not there.
    """
    found = [path.stem.removeprefix(prefix) for path in sorted((TESTS / folder).glob(f"{prefix}*.py"))]
    if unknown := sorted(set(names) - set(found)):
        raise SystemExit(
            f"tests/{folder} has no {', '.join(unknown)}; there is: {', '.join(found) or 'nothing'}."
        )
    for name in found:
        if not names or name in names:
            yield name, import_module(f"tests.{folder}.{prefix}{name}")
