"""Linux 6.18's verifier: what it knows of every register and byte, what it demands, and what it says."""

from vm.cfg.structure import Rejection
from vm.cfg.structure.early import (
    Functions,
    find_functions,
    jump_fault,
    reachability_fault,
    size_fault,
    slot_fault,
    untyped_fault,
)
from vm.cfg.structure.walk import depth_fault
from vm.program import Program
from vm.verifier.calls_kfunc import check_weak, throws
from vm.verifier.checks.kernel_symbols import calls_fault, variables_fault
from vm.verifier.checks.loading import maps_fault, request_fault, target_fault
from vm.verifier.checks.sockets import check_conversions
from vm.verifier.checks.speculation import check_tail_calls
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.explore import Explorer
from vm.verifier.hooked import options_at
from vm.verifier.observer import Observer
from vm.verifier.options import LOG_STATS, Options
from vm.verifier.profile import PROFILES
from vm.verifier.rejection import Rejected
from vm.verifier.report import Report
from vm.verifier.stack_depth import check_stack_depth, with_loops
from vm.verifier.walk import Walk

__all__ = ["CORE_RULES", "Observer", "Options", "Report", "verify"]


def verify(
    program: Program,
    options: Options = Options(),  # noqa: B008 - immutable
    observer: Observer | None = None,
) -> Report:
    """What Linux 6.18 would say of loading ``program``; never raises for a program, however ill-formed.

    Where ``options`` name no attach type, it is that of the hook the program names.

    An ``observer`` is told of every step of the walk; it hears nothing of what is refused before.
    """
    options = options_at(program, options)
    fault = size_fault(program)
    if fault is not None:
        return _structural(fault, "", options)
    refused = request_fault(program, options)
    if refused is not None:
        return _refused(refused, "")
    functions, refused = find_functions(program), calls_fault(program)
    if functions.fault is not None and _comes_first(functions.fault, refused):
        return _structural(functions.fault, "", options, len(functions.starts))
    if refused is not None:
        before = len(find_functions(program, refused.pc).starts)
        return _refused(refused, _unwalked(refused.message, "", options, before))
    fault = jump_fault(program, functions) or untyped_fault(program, functions)
    if fault is None:
        fault = slot_fault(program)
        for refused in (maps_fault(program, options), variables_fault(program)):
            if refused is not None and not _comes_first(fault, refused):
                return _early(refused, functions, options)
    fault = fault or reachability_fault(program)
    if fault is not None:
        return _structural(fault, functions.log, options, len(functions.starts))
    refused = target_fault(program, options)
    if refused is not None:
        return _early(refused, functions, options)
    walk = Walk(program, options, PROFILES[options.profile], functions.starts, observer)
    explorer = Explorer(walk)
    if walk.log.all:
        walk.log.write(functions.log)
        walk.log.live_table(walk.analysis)
    return _walk(walk, explorer)


def _comes_first(fault: Rejection | None, refused: Rejected | None) -> bool:
    """Whether Linux comes to the first of two in one pass over the program."""
    if fault is None or refused is None:
        return refused is None
    return fault.pc is not None and fault.pc <= refused.pc


def _walk(walk: Walk, explorer: Explorer) -> Report:
    rejected: Rejected | None = None
    try:
        explorer.run()
        if not walk.log.all:
            walk.log.take_back(0)  # what led to nothing is dropped
        late = depth_fault(walk.program, walk.subprogs)
        if late is not None:
            explorer.ill_formed(late)
        check_stack_depth(walk)
        check_conversions(walk)
        check_weak(walk)
        check_tail_calls(walk)
    except Rejected as caught:
        rejected = caught
        if walk.observer is not None:
            walk.observer.rejected(walk.processed, caught.pc, caught)
        message = caught.message
        if message:
            walk.log.write(message + caught.ending)
        caught.explain(walk.log)
    depths, kept = tuple(walk.stack_depths), walk.kept
    if rejected is None:
        depths = (*_alive(walk, explorer), *([0] if throws(walk) else []))
    if walk.options.log_level & LOG_STATS:
        walk.log.write(f"stack depth {'+'.join(map(str, depths))}\n")
    if walk.options.log_level:
        walk.log.write(
            f"processed {walk.processed} insns (limit 1000000) "
            f"max_states_per_insn {kept.max_per_insn} total_states {kept.total} "
            f"peak_states {kept.peak} mark_read 0\n"
        )
    counts = (walk.processed, kept.total, kept.peak, kept.max_per_insn)
    if rejected is None:
        return Report(True, None, "", walk.log.text(), *counts, stack_depths=depths)
    details = {"pc": rejected.pc, **rejected.details}
    return Report(
        False,
        rejected.rule.errno,
        rejected.message.rstrip("\n").rpartition("\n")[2],
        walk.log.text(),
        *counts,
        rejected.rule.category,
        rejected.pc,
        rejected.rule.what.format_map(details),
        rejected.rule.hint.format_map(details),
        depths,
    )


def _alive(walk: Walk, explorer: Explorer) -> tuple[int, ...]:
    """Stack depths of the functions any path comes to: Linux removes the others."""
    seen = explorer.checked if walk.guards is None else walk.guards.seen
    bounds = (*walk.subprogs, len(walk.insns))
    bodies = [
        [pc for pc in range(bounds[index], bounds[index + 1]) if pc in seen]
        for index in range(len(walk.subprogs))
    ]
    return tuple(
        with_loops(walk, depth, body) for depth, body in zip(walk.stack_depths, bodies, strict=True) if body
    )


def _structural(fault: Rejection, before: str, options: Options, functions: int = 0) -> Report:
    log = _unwalked(fault.message, before, options, functions)
    fields = {"pc": -1 if fault.pc is None else fault.pc, **dict(fault.details)}
    return Report(
        False,
        fault.errno,
        fault.message,
        log,
        category=str(fault.category),
        pc=fault.pc,
        what=fault.rule.what.format_map(fields),
        hint=fault.rule.hint.format_map(fields),
    )


def _unwalked(message: str, before: str, options: Options, functions: int) -> str:
    """The log of a refusal before the walk."""
    log = before if options.log_level & 2 else ""
    if options.log_level and message:
        log += message + "\n"
    if options.log_level & LOG_STATS:
        log += f"stack depth {'+'.join('0' * max(functions, 1))}\n"
    if options.log_level:
        log += (
            "processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 "
            "peak_states 0 mark_read 0\n"
        )
    return log


def _early(refused: Rejected, functions: Functions, options: Options) -> Report:
    """The verifier's refusal before the walk."""
    return _refused(refused, _unwalked(refused.message, functions.log, options, len(functions.starts)))


def _refused(refused: Rejected, log: str) -> Report:
    details = {"pc": refused.pc, **refused.details}
    return Report(
        False,
        refused.rule.errno,
        refused.message.rpartition("\n")[2],
        log,
        category=refused.rule.category,
        pc=None if refused.pc < 0 else refused.pc,
        what=refused.rule.what.format_map(details),
        hint=refused.rule.hint.format_map(details),
    )
