"""What this machine's kernel says of a program: loaded, and test-run where asked; never attached."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.linux.bpf import KernelMap, KernelProgram, RunResult, load
from app.linux.btf import load_btf, locked_types
from app.linux.log import Figures, error_line, figures
from vm.encoding import pack
from vm.instruction import Call, LoadImm64
from vm.isa import CallKind, ImmKind
from vm.maps.locks import known_lock
from vm.program import MapSpec, Program
from vm.source import HookscopeError
from vm.uapi.map_types import MapType

_PER_CPU = frozenset({MapType.PERCPU_HASH, MapType.PERCPU_ARRAY, MapType.LRU_PERCPU_HASH})


@dataclass(frozen=True, slots=True)
class Answer:
    """The kernel's verdict; ``errno`` is its name, empty where it accepts, and ``log`` as it was printed."""

    accepted: bool
    errno: str
    error: str
    log: str
    figures: Figures
    runs: tuple[RunResult, ...] = ()


def ask(
    program: Program,
    *,
    log_level: int = 6,
    attach_type: int = 0,
    load_flags: int = 0,
    packets: Sequence[bytes] = (),
) -> Answer:
    """Loads ``program`` on fresh maps, runs ``packets`` in order; HookscopeError where a map is refused."""
    with kernel_maps(program.maps) as maps:
        loaded = load_program(program, maps, log_level, attach_type, load_flags)
        runs = tuple(loaded.test_run(packet) for packet in packets) if not loaded.error else ()
        loaded.close()
    name = (
        errno.errorcode.get(loaded.error, _OWN.get(loaded.error, str(loaded.error))) if loaded.error else ""
    )
    error = error_line(loaded.log) if loaded.error else ""
    return Answer(not loaded.error, name, error, loaded.log, figures(loaded.log), runs)


_OWN = {524: "ENOTSUPP"}
"""Errors of the kernel that user space has no name for."""


def load_program(
    program: Program, maps: Sequence[KernelMap], log_level: int = 0, attach_type: int = 0, load_flags: int = 0
) -> KernelProgram:
    """Loads ``program`` with maps that exist; with BTF of its functions where it has callbacks."""
    return load(
        pack(program.slots),
        program.prog_type,
        maps,
        license=program.license,
        log_level=log_level,
        expected_attach_type=attach_type,
        flags=load_flags,
        functions=_functions(program),
    )


def _functions(program: Program) -> tuple[int, ...]:
    """The first slots of all functions where one is a callback, which needs BTF; otherwise none."""
    starts, callbacks = {0}, False
    for pc, insn in enumerate(program.insns):
        match insn:
            case Call(CallKind.LOCAL, distance):
                starts.add(pc + 1 + distance)
            case LoadImm64(_, ImmKind.FUNC, distance):
                starts.add(pc + 1 + distance)
                callbacks = True
            case _:
                pass
    return tuple(sorted(starts)) if callbacks else ()


@contextmanager
def kernel_maps(specs: Sequence[MapSpec]) -> Iterator[list[KernelMap]]:
    """The maps with their first contents, as long as the block runs."""
    made: list[KernelMap] = []
    try:
        for spec in specs:
            made.append(_created(spec))
        yield made
    finally:
        for one in made:
            one.close()


def _created(spec: MapSpec) -> KernelMap:
    inner = _created(spec.inner) if spec.inner is not None else None
    lock = known_lock(spec)
    types = load_btf(locked_types(spec.key_size, spec.value_size, lock)) if lock is not None else None
    made = KernelMap.create(
        spec.type, spec.key_size, spec.value_size, spec.max_entries, spec.flags, inner, spec.map_extra, types
    )
    if types is not None:
        os.close(types)
    if inner is not None:
        inner.close()
    if isinstance(made, int):
        name = errno.errorcode.get(-made, str(-made))
        raise HookscopeError.of("kernel-map", f"this kernel refuses the map {spec.name}: {name}")
    for key, value in spec.init:
        made.update(key, _whole(spec, made, value))
    if spec.frozen:
        made.freeze()
    return made


def _whole(spec: MapSpec, made: KernelMap, value: bytes) -> bytes:
    """The value as user space writes it: for per-CPU maps once for every CPU."""
    if spec.type not in _PER_CPU:
        return value
    stride = (spec.value_size + 7) // 8 * 8
    return value.ljust(stride, b"\0") * (made.io_size // stride)
