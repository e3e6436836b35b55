"""What can stand behind a hook's name: tracepoints, functions, security hooks."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from vm.uapi.kernel_functions import FUNCTION_ROWS
from vm.uapi.lsm_hooks import LSM_ROWS
from vm.uapi.prog_types import Named, Targets
from vm.uapi.trace_rows import TraceRow
from vm.uapi.tracepoints import RAW_ONLY, SYSCALLS, TRACEPOINT_ROWS
from vm.uapi.user_functions import USER_ROWS


@cache
def targets(kind: Targets) -> Mapping[str, TraceRow]:
    """Every target of that kind by name, in the order to show them; none for Targets.NONE."""
    return MappingProxyType({row.name: row for row in _rows(kind)})


def _rows(kind: Targets) -> tuple[TraceRow, ...]:
    match kind:
        case Targets.NONE:
            return ()
        case Targets.TRACEPOINT:
            return (*_syscalls(), *TRACEPOINT_ROWS)
        case Targets.RAW_TRACEPOINT:
            return (*RAW_ONLY, *(row._replace(name=row.name.partition("/")[2]) for row in _named_raw()))
        case Targets.FUNCTION:
            return FUNCTION_ROWS
        case Targets.USER_FUNCTION:
            return USER_ROWS
        case Targets.LSM_HOOK:
            return LSM_ROWS


def _named_raw() -> tuple[TraceRow, ...]:
    return tuple(row for row in TRACEPOINT_ROWS if not row.name.startswith("raw_syscalls/"))


def _syscalls() -> tuple[TraceRow, ...]:
    return tuple(
        TraceRow(f"syscalls/sys_{way}_{row.name}", f"{row.name} {what}. {row.doc}",
                 f"__x64_sys_{row.name}", row.file)
        for row in SYSCALLS
        for way, what in (("enter", "begins"), ("exit", "has its result"))
    )  # fmt: skip


def target_of(named: Named) -> TraceRow | None:
    """The row of the target that was named; None where none was, or there is no such."""
    return targets(named.hook.targets).get(named.target)
