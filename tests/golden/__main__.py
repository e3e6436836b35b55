"""`python3 dev.py golden [NAME …]`: runs `main() -> None` of every tests/golden/record_*.py.

Each writes answers of this machine's kernel into tests/data, which then hold everywhere; `git diff` shows
what this kernel answers otherwise than the last. Needs root and the bpf() system call.
"""

import sys

from tests.discovery import modules


def main(names: list[str]) -> None:
    for name, module in modules("golden", "record_", names):
        print(f"recording {name}", flush=True)
        module.main()


if __name__ == "__main__":
    main(sys.argv[1:])
