"""This machine's kernel asked for what it makes of a program: loaded and test-run, never attached.

Only programs that our verifier accepts come here, with small maps, and only where the person who started the
server allowed it. The process that asks is one of the simulation's, not the one that answers the browser.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.linux.ask import kernel_maps, load_program
from app.linux.bpf import KernelProgram
from app.linux.image import image_of
from vm.instruction import Call
from vm.isa import CallKind
from vm.program import MapSpec, Program
from vm.source import HookscopeError
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType
from vm.verifier import Options
from vm.verifier.hooked import options_at

MOST_MAP_BYTES = 16 << 20
"""What the maps of one program may take of the kernel's memory."""
_RUNNABLE = frozenset({ProgType.XDP, ProgType.SCHED_CLS, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB})
_HARMLESS = frozenset(
    {
        HelperId.MAP_LOOKUP_ELEM, HelperId.MAP_UPDATE_ELEM, HelperId.MAP_DELETE_ELEM, HelperId.KTIME_GET_NS,
        HelperId.TRACE_PRINTK, HelperId.GET_PRANDOM_U32, HelperId.GET_SMP_PROCESSOR_ID,
        HelperId.SKB_STORE_BYTES, HelperId.SKB_LOAD_BYTES, HelperId.CSUM_DIFF, HelperId.L3_CSUM_REPLACE,
        HelperId.L4_CSUM_REPLACE, HelperId.TAIL_CALL,
    }
)  # fmt: skip
"""Helpers whose effects end with the test run, its maps, and a line in the kernel's trace."""


def image(program: Program) -> tuple[bytes, ...]:
    """The machine code of each function; HookscopeError where the kernel will not load it."""
    with loaded(program) as found:
        try:
            return image_of(found.fd).native
        except OSError as error:
            raise _refused(f"the kernel will not show its image: {error.strerror}") from error


def not_runnable(program: Program) -> str:
    """Why the kernel is not to run the program for a test; empty where it may."""
    if program.prog_type not in _RUNNABLE:
        return f"the kernel does not test-run {program.prog_type.label} programs"
    for insn in program.insns:
        match insn:
            case Call(CallKind.HELPER, number) if number in _HARMLESS:
                continue
            case Call(CallKind.LOCAL):
                continue
            case Call(kind, number):
                name = _helper_name(number) if kind is CallKind.HELPER else "a kernel function"
                return f"it calls {name}, which may reach beyond a test run"
            case _:
                continue
    return ""


def _helper_name(number: int) -> str:
    known = {helper.value: helper.name.lower() for helper in HelperId}
    return f"bpf_{known.get(number, number)}"


@contextmanager
def loaded(program: Program) -> Iterator[KernelProgram]:
    """The program in the kernel, on fresh maps, as long as the block runs."""
    _small_enough(program.maps)
    options = options_at(program, Options())
    with kernel_maps(program.maps) as maps:
        found = load_program(program, maps, 0, options.attach_type or 0, options.load_flags)
        if found.error:
            name = errno.errorcode.get(found.error, str(found.error))
            raise _refused(f"this kernel does not load it: {name}, {os.strerror(found.error)}")
        try:
            yield found
        finally:
            found.close()


def _small_enough(specs: Sequence[MapSpec]) -> None:
    cpus = os.cpu_count() or 1
    size = sum(
        spec.max_entries * (spec.key_size + spec.value_size * (cpus if "PERCPU" in spec.type.name else 1))
        for spec in specs
    )
    if size > MOST_MAP_BYTES:
        raise _refused(
            f"its maps would take {size >> 20:,} MiB of the kernel's memory, at most 16 are asked for"
        )


def _refused(why: str) -> HookscopeError:
    return HookscopeError.of("kernel-refused", why)
