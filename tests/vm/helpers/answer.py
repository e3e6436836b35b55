"""What the kernel makes of a case."""

from typing import Any

from tests.oracle import kernel
from tests.vm.helpers.build import VALUE, Case

Answer = list[Any]
"""["refused", message], ["error", errno], or [retval, results as hex, changed packet as hex or None]."""


def trimmed(value: bytes, before: bytes) -> str:
    """The value in hex without its end, where that is as it was at the start."""
    before = before.ljust(VALUE, b"\0")
    last = next((at for at in range(len(value), 0, -1) if value[at - 1] != before[at - 1]), 0)
    return value[:last].hex()


def of_kernel(case: Case) -> Answer:
    """The kernel's answer."""
    maps = []
    for spec in case.maps:
        made = kernel.KernelMap.create(
            spec.type, spec.key_size, spec.value_size, spec.max_entries, spec.flags
        )
        assert isinstance(made, kernel.KernelMap), (spec, made)
        for key, value in spec.init:
            made.update(key, value)
        if spec.frozen:
            made.freeze()
        maps.append(made)
    loaded = kernel.load(case.code, case.prog_type, maps)
    try:
        if loaded.error:
            return ["refused", _last_line(loaded.log)]
        run = loaded.test_run(case.packet, room=80_000)
        if run.error:
            return ["error", run.error]
        found = maps[0].lookup(bytes(4))
        assert isinstance(found, bytes)
        out = run.data_out.hex() if run.data_out != case.packet else None
        return [run.retval, trimmed(found, case.value), out]
    finally:
        loaded.close()
        for made in maps:
            made.close()


def _last_line(log: str) -> str:
    lines = [line for line in log.splitlines() if not line.startswith(("processed ", "max_states"))]
    return lines[-1] if lines else ""
