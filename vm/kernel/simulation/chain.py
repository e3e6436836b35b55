"""Several programs at one place, in order, and the copies they send."""

from collections.abc import Callable, Sequence

from vm.change import Emitted, OutputKind
from vm.kernel.context import Frame
from vm.kernel.hooks import Effect
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.kernel import MAX_REDIRECTS, Kernel
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.runner import Run, Runner


def chain(
    k: Kernel,
    packet: Packet,
    station: str,
    runners: Sequence[Runner],
    see: Callable[[Frame], Frame] | None = None,
    stop: Callable[[int], bool] | None = None,
) -> tuple[Effect, Runner | None, Run | None]:
    """Runs programs in order until one does not let the packet pass, or ``stop`` calls its answer final."""
    effect, runner, run = Effect.PASS, None, None
    for runner in runners:
        frame = packet.frame() if see is None else see(packet.frame())
        run = k.execute(runner, frame, k.event_for(packet.dev, queue=packet.queue))
        if run.answer is None:
            k.hop(station, packet, Effect.ABORTED, runner.name, run.steps, run.pc, None, run.message)
            return Effect.ABORTED, runner, run
        verdict = runner.verdict(run.answer)
        packet.take(runner.leave(frame))
        if runner.finds:
            packet.assigned = runner.world.fields.get("sk.assigned", packet.assigned)
        for sent in run.outputs:
            if sent.kind is OutputKind.CLONE:
                _send_copy(k, packet, sent)
        effect = verdict.effect
        k.hop(station, packet, effect, runner.name, run.steps, run.pc, verdict.name)
        if effect is not Effect.PASS or (stop is not None and stop(run.answer)):
            break
    return effect, runner, run


def _send_copy(k: Kernel, packet: Packet, sent: Emitted) -> None:
    """A copy of the packet goes out of a device, or into it (bpf_clone_redirect), once this one has ended."""
    direction, _, name = sent.source.rpartition(" ")
    dev = next((dev for dev in packet.dev.netns.devices if dev.spec.name == name), None)
    if dev is None:
        return
    copy = packet.copy(k.packets)
    k.packets += 1
    copy.data, copy.dev, copy.head = sent.data, dev, None
    copy.redirects = packet.redirects + 1
    if copy.redirects > MAX_REDIRECTS:
        note = f"copied {MAX_REDIRECTS} times already: it goes in a circle (XMIT_RECURSION_LIMIT)"
        k.drop(copy, "redirected", Reason.RECURSION_LIMIT, note)
        return
    k.hop("redirected", copy, Effect.REDIRECT, note=f"a copy, {direction} the device")
    k.later("xdp_generic" if direction == "into" else "tc_egress", copy)
