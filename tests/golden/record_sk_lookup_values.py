"""Records what Linux reads at every place of an sk_lookup program's context, by BPF_PROG_TEST_RUN."""

import json
import platform

from app.linux.bpf import load
from app.linux.maps import KernelMap
from tests.vm.kernel.context.lookup import CASES, GOLDEN, PLACES, program, user_context
from vm.encoding import pack
from vm.uapi.attach_types import AttachType


def _read(off: int, size: int, ctx: bytes) -> int:
    made = program(off, size)
    spec = made.maps[0]
    out = KernelMap.create(spec.type, spec.key_size, spec.value_size, spec.max_entries)
    if isinstance(out, int):
        raise OSError(-out, "the map cannot be made")
    loaded = load(
        pack(made.slots), made.prog_type, [out], log_level=1, expected_attach_type=AttachType.SK_LOOKUP
    )
    try:
        ran = loaded.test_run(b"", ctx)
        if loaded.error or ran.error:
            raise OSError(loaded.error or ran.error, loaded.log)
        found = out.lookup(bytes(4))
        return int.from_bytes(found, "little") if isinstance(found, bytes) else found
    finally:
        loaded.close()
        out.close()


def main() -> None:
    answers = {name: [_read(*place, user_context(what)) for place in PLACES] for name, what in CASES.items()}
    GOLDEN.write_text(json.dumps({"kernel": platform.release(), "answers": answers}) + "\n")
    print(f"{len(PLACES)} places")
