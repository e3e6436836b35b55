"""Programs that choose the socket of a packet."""

from ipaddress import ip_address

from vm.kernel.context.calls import lookup_event
from vm.kernel.hooks import Effect
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import Headers
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.runner import Run, Runner
from vm.kernel.simulation.tables import Socket


def choose_socket(k: Kernel, packet: Packet, head: Headers) -> tuple[Socket | None, bool]:
    """sk_lookup programs choose a socket, or drop the packet (then the second answer is true).

    All of them run: the last choice counts, and a drop only where none chose (prog_sk_lookup.rst).
    """
    what = lookup_event(
        head.proto, ip_address(head.source), head.sport, ip_address(head.destination), head.dport,
        packet.dev.ifindex,
    )  # fmt: skip
    chosen = 0
    denied: tuple[Runner, Run] | None = None
    for runner in k.attached.lookups:
        run = k.execute(runner, what, k.event_for(packet.dev))
        verdict = runner.verdict(run.answer) if run.answer is not None else None
        effect = verdict.effect if verdict is not None else Effect.ABORTED
        name = verdict.name if verdict is not None else None
        assigned = runner.world.fields.get("sk.assigned", 0) if effect is Effect.PASS else 0
        note = run.message or (f"gives it to socket {assigned}" if assigned else "")
        k.hop("lookup", packet, effect, runner.name, run.steps, run.pc, name, note)
        chosen = assigned or chosen
        if effect is Effect.DROP and denied is None:
            denied = runner, run
    if not chosen and denied is not None:
        k.end(packet, "lookup", End.DROPPED, Reason.NO_SOCKET, Effect.DROP, denied[0], denied[1].pc)
        return None, True
    return k.tables.sockets.get(chosen), False
