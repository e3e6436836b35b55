"""The hooks that watch, and the security hooks: each has a target, a tracepoint or function of the kernel."""

from collections.abc import Iterator
from functools import cache

from vm.kernel.hooks.point import Effect, HookPoint, Verdict
from vm.uapi.prog_types import HOOKS as NAMES
from vm.uapi.prog_types import Hook, Named
from vm.uapi.targets import target_of, targets
from vm.uapi.trace_rows import TraceRow
from vm.uapi.tracing import lsm_hooks

_IGNORED = Verdict(-1, "ignored", Effect.IGNORED, "The answer changes nothing: the program only watches.")
_PERF = (
    Verdict(0, "ignored", Effect.IGNORED, "The event is not passed on to perf, if perf listens as well."),
    Verdict(1, "ignored", Effect.IGNORED, "The event is passed on to perf, if perf listens."),
)
_SAMPLE = (
    Verdict(0, "skip", Effect.IGNORED, "The sample is not written to perf's buffer."),
    Verdict(1, "keep", Effect.IGNORED, "The sample is written to perf's buffer, if it is opened."),
)
_ALLOW = Verdict(0, "allow", Effect.PASS, "The next module is asked; if none refuses, it is done.")
_DENY = Verdict(-1, "deny", Effect.DENY, "It is not done: the process gets this error number.")
_WATCHED = Verdict(0, "ignored", Effect.IGNORED, "The kernel does not ask: the program only watches.")
_RUNNER = {
    "tracepoint": ("perf_trace_run_bpf_submit", "kernel/events/core.c"),
    "raw_tp": ("__bpf_trace_run", "kernel/trace/bpf_trace.c"),
    "kprobe": ("kprobe_perf_func", "kernel/trace/trace_kprobe.c"),
    "kretprobe": ("kretprobe_perf_func", "kernel/trace/trace_kprobe.c"),
    "uprobe": ("uprobe_dispatcher", "kernel/trace/trace_uprobe.c"),
    "uretprobe": ("uretprobe_dispatcher", "kernel/trace/trace_uprobe.c"),
}
"""What runs the programs, where it is not the function they are attached to."""
_STATIONS = {"raw_tp": "raw_tracepoint", "tp_btf": "raw_tracepoint"}

PERF_POINT = HookPoint(
    NAMES["perf_event"],
    "sampling",
    "perf_event",
    "bpf_overflow_handler",
    "kernel/events/core.c",
    "A performance counter has counted a period: the program sees what was interrupted.",
    _SAMPLE,
    Verdict(-1, "keep", Effect.IGNORED, "The sample is written to perf's buffer, if it is opened."),
)


@cache
def targeted_point(named: Named) -> HookPoint | None:
    """The hook of that name and target; None where it has no target, or there is no such."""
    row = target_of(named)
    return _point(named.hook, row) if row is not None else None


def _point(hook: Hook, row: TraceRow) -> HookPoint:
    function, file = row.function, row.file
    if hook.name == "lsm":
        return _security(hook, row)
    verdicts: tuple[Verdict, ...] = _PERF if hook.name in _RUNNER and hook.name != "raw_tp" else ()
    other = Verdict(-1, "ignored", Effect.IGNORED, _PERF[1].doc) if verdicts else _IGNORED
    allowed = None
    if hook.name in ("fentry", "fexit"):
        verdicts, allowed = (_WATCHED,), range(1)
    return HookPoint(
        hook,
        _title(hook, row),
        _STATIONS.get(hook.name, hook.name),
        function,
        file,
        _doc(hook, row),
        verdicts,
        other,
        allowed,
        row.name,
    )


def _title(hook: Hook, row: TraceRow) -> str:
    name = row.name.partition("/")[2] or row.name
    match hook.name:
        case "kretprobe" | "uretprobe" | "fexit":
            return f"return of {name}"
        case "kprobe" | "uprobe" | "fentry":
            return f"{name}()"
        case _:
            return name


def _doc(hook: Hook, row: TraceRow) -> str:
    by = _RUNNER.get(hook.name)
    return f"{row.doc} Programs are run by {by[0]} ({by[1]})." if by is not None else row.doc


def _security(hook: Hook, row: TraceRow) -> HookPoint:
    asks = lsm_hooks()[row.name].result.type != "void"
    return HookPoint(
        hook,
        row.name,
        "lsm",
        row.function,
        row.file,
        row.doc,
        (_ALLOW,) if asks else (_WATCHED,),
        Verdict(1, "invalid", Effect.PASS, "The verifier accepts 0 and negative error numbers only."),
        range(-4095, 1) if asks else range(1),
        row.name,
        _DENY if asks else _WATCHED,
    )


def targeted_points() -> Iterator[HookPoint]:
    """Every hook with a target, hook by hook in the order to show them."""
    for hook in dict.fromkeys(NAMES.values()):
        for target in targets(hook.targets):
            found = targeted_point(Named(hook, target))
            if found is not None:
                yield found
