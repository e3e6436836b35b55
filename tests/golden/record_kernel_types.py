"""Records which numbers of this kernel's types are variables and functions: vm/uapi/kernel_types.json."""

import json
import lzma
from base64 import b64encode
from typing import Final

from tests.golden.record_kernel_structs import BTF, types
from tests.shared_data import CHECKOUT

GOLDEN: Final = CHECKOUT / "vm/uapi/kernel_types.json"
_FUNC, _VARIABLE = 12, 14


def main() -> None:
    """Names of variables by number, and the functions as bits from ``first`` on, packed."""
    found = list(types(BTF.read_bytes()))
    variables = {at: kind.name for at, kind in enumerate(found) if kind.kind == _VARIABLE}
    functions = [at for at, kind in enumerate(found) if kind.kind == _FUNC]
    first = functions[0]
    bits = sum(1 << (at - first) for at in functions)
    packed = lzma.compress(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), preset=9)
    row = {
        "last": len(found) - 1,
        "variables": variables,
        "first_function": first,
        "functions": b64encode(packed).decode(),
    }
    GOLDEN.write_text(json.dumps(row, indent=0) + "\n")
    print(f"{len(variables)} variables, {len(functions):,} functions, {GOLDEN.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
