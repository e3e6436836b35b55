"""Records the user API numbers and structure layouts that the running kernel tells in its BTF."""

import json

from tests.vm.uapi.btf import GOLDEN, VMLINUX, Btf, facts


def main() -> None:
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(json.dumps(facts(Btf(VMLINUX.read_bytes())), indent=1) + "\n")
