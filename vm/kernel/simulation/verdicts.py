"""What programs say to a packet on its way, and what becomes of it: tc, tcx, control groups."""

from collections.abc import Sequence

from vm.kernel.hooks import Effect
from vm.kernel.receive import for_socket, for_tc
from vm.kernel.simulation.chain import chain
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.redirect import redirect
from vm.kernel.simulation.runner import Run, Runner
from vm.word import MASK32

_TAKEN = (4, 8)
"""TC_ACT_STOLEN and TC_ACT_TRAP: the packet ends, but nobody says it was dropped (consume_skb)."""
_REASONS = {"tc": Reason.TC_INGRESS, "tc_egress": Reason.TC_EGRESS}


def classified(
    k: Kernel, packet: Packet, station: str, onward: str, tcx: Sequence[Runner], tc: Sequence[Runner]
) -> str | None:
    """Where programs of tcx, and behind them classifiers of tc, let a packet go: ``onward`` if it passes.

    Each program runs only while those before it have no opinion; one of tcx that has any ends it for all.
    """
    effect, runner, run = chain(k, packet, station, tcx, for_tc, _passed)
    decided = run is not None and run.answer is not None and _passed(run.answer)
    if effect is Effect.PASS and not decided and tc:
        effect, runner, run = chain(k, packet, station, tc, for_tc, _passed)
    if effect is Effect.PASS:
        return onward
    if effect is Effect.REDIRECT and runner is not None and run is not None:
        return redirect(k, packet, station, runner, run)
    taken = run is not None and run.answer is not None and run.answer & MASK32 in _TAKEN
    ended(k, packet, station, None if taken else _REASONS[station], effect, runner, run)
    if taken:
        k.attached.probes.packets.consumed(k, packet, station)
    return None


def _passed(answer: int) -> bool:
    """Whether an answer lets the packet go on for good: TC_ACT_OK, or TCX_PASS."""
    return answer & MASK32 == 0


def ended(
    k: Kernel,
    packet: Packet,
    station: str,
    reason: Reason | None,
    effect: Effect,
    runner: Runner | None,
    run: Run | None,
) -> None:
    """A program's answer, or its failure, ended the packet's way."""
    pc, note = (run.pc, run.message if run.answer is None else "") if run is not None else (None, "")
    k.end(packet, station, End.DROPPED, reason, effect, runner, pc, note)
    if reason is not None and k.attached.watches_drops:
        k.attached.probes.packets.dropped(k, packet, station, reason)


def everyone(
    k: Kernel, packet: Packet, station: str, runners: Sequence[Runner]
) -> tuple[Effect, Runner | None, Run | None]:
    """All programs of a control group run; one that says no is enough (bpf_prog_run_array_cg)."""
    decided: tuple[Effect, Runner | None, Run | None] = Effect.PASS, None, None
    for runner in runners:
        answer = chain(k, packet, station, (runner,), for_socket)
        if answer[0] is not Effect.PASS and decided[0] is Effect.PASS:
            decided = answer
    return decided
