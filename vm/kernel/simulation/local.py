"""For this host: fragments put together, ICMP answered, the socket found, its programs asked."""

from struct import pack

from vm.kernel.context import Frame
from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.hooks import Effect
from vm.kernel.packet.checksum import internet_checksum
from vm.kernel.path import trimmed
from vm.kernel.receive import for_socket
from vm.kernel.simulation import netfilter, tcp, udp
from vm.kernel.simulation.arp import learn
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.egress import headers_of, send, tell_sender
from vm.kernel.simulation.finder import by_port
from vm.kernel.simulation.headers import ICMP, ICMPV6, TCP, UDP, Headers, transport_problem
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.make import PORT, UNREACHABLE, echo_reply, frame, neighbour_advertisement, reset
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.sk_lookup import choose_socket
from vm.kernel.simulation.tables import Socket
from vm.kernel.simulation.verdicts import ended, everyone
from vm.kernel.world.spec import Chain
from vm.word import MASK32

_FRAGMENT_QUEUES = 64
_ECHO, _ECHO6, _SOLICIT, _ADVERTISE = 8, 128, 135, 136


def local_in(k: Kernel, packet: Packet) -> str | None:
    """netfilter's INPUT chain, once a fragmented packet is whole."""
    head = headers_of(packet)
    if head is None:
        k.drop(packet, "local_in", Reason.IP_INHDR)
        return None
    if head.fragment is not None and not _assembled(k, packet, head):
        return None
    if not netfilter.passes(k, packet, "local_in", Chain.INPUT):
        return None
    head = headers_of(packet) or head
    return "icmp" if head.proto in (ICMP, ICMPV6) else "lookup"


def _assembled(k: Kernel, packet: Packet, head: Headers) -> bool:
    """Whether this fragment makes the packet whole; it waits for the others otherwise (ip_defrag)."""
    table = k.tables.fragments
    key = packet.dev.netns.name, head.ident, head.source, head.destination, head.proto
    at, more = head.fragment or (0, False)
    have = (*table.pop(key, ()), (at, more, packet.data[head.transport : head.end]))
    whole = _joined(have)
    if whole is None:
        if len(table) >= _FRAGMENT_QUEUES:
            del table[next(iter(table))]
        table[key] = have
        k.hop("local_in", packet, note="waits for its other fragments")
        k.end(packet, "local_in", End.QUEUED, note="a fragment")
        return False
    packet.data = packet.data[:ETHERNET] + _whole_header(packet.data, head, len(whole)) + whole
    packet.head = None
    headers_of(packet)
    return True


def _joined(parts: tuple[tuple[int, bool, bytes], ...]) -> bytes | None:
    whole, more = b"", True
    for at, follows, data in sorted(parts):
        if at != len(whole):
            return None
        whole, more = whole + data, follows
    return None if more else whole


def _whole_header(data: bytes, head: Headers, length: int) -> bytes:
    if head.version == 6:
        return data[ETHERNET : ETHERNET + 4] + pack("!HB", length, head.proto) + data[21 : ETHERNET + 40]
    header = data[ETHERNET : head.transport]
    total = pack("!H", len(header) + length)
    bare = header[:2] + total + header[4:6] + bytes(2) + header[8:10] + bytes(2) + header[12:]
    return bare[:10] + internet_checksum(bare).to_bytes(2, "big") + bare[12:]


def icmp(k: Kernel, packet: Packet) -> str | None:
    """ICMP, with the neighbour messages of IPv6."""
    head, data, dev = headers_of(packet), packet.data, packet.dev
    problem = transport_problem(data, head) if head is not None else Reason.IP_INHDR
    if head is None or problem is not None:
        k.drop(packet, "icmp", problem or Reason.IP_INHDR)
        return None
    kind = data[head.transport]
    k.hop("icmp", packet)
    k.end(packet, "icmp", End.DELIVERED)
    target = data[head.transport + 8 : head.transport + 24]
    if (head.proto, kind) in ((ICMP, _ECHO), (ICMPV6, _ECHO6)):
        send(k, dev.netns, echo_reply(data, head))
    elif (head.proto, kind) == (ICMPV6, _SOLICIT) and any(
        own.ip.packed == target for own in dev.spec.addresses
    ):
        learn(k, dev, head.source, data[6:12])
        answer = frame(data[6:12], dev.mac, neighbour_advertisement(dev.mac, target, head.source))
        k.later("tc_egress", k.packet(answer, dev))
    elif (head.proto, kind) == (ICMPV6, _ADVERTISE) and (dev.ifindex, target) in k.tables.waiting:
        learn(k, dev, target, data[6:12])
    return None


def lookup(k: Kernel, packet: Packet) -> str | None:
    """Which socket is it for?"""
    head = headers_of(packet)
    problem = transport_problem(packet.data, head) if head is not None else Reason.IP_INHDR
    if head is None or problem is not None:
        k.drop(packet, "lookup", problem or Reason.IP_INHDR)
        return None
    found, denied = _find(k, packet, head)
    if denied:
        return None
    if found is None:
        _nobody(k, packet, head)
        return None
    k.hop("lookup", packet)
    packet.socket, packet.sender = found.id, found.pid
    return "cgroup"


def _find(k: Kernel, packet: Packet, head: Headers) -> tuple[Socket | None, bool]:
    """The socket tc gave it, a connection's, what sk_lookup programs chose (or denied it), the port's."""
    tables, name = k.tables, packet.dev.netns.name
    if packet.assigned in tables.sockets:
        return tables.sockets[packet.assigned], False
    if head.proto == TCP:
        key = name, TCP, head.flow
        number = tables.connections.get(key)
        half = tables.halves.get(key) if number is None else None
        if half is not None:
            number = half.listener
        if number is not None:
            return tables.sockets.get(number), False
    if k.attached.lookups:
        chosen, denied = choose_socket(k, packet, head)
        if chosen is not None or denied:
            return chosen, denied
    return by_port(tables, name, head.proto, head.destination, head.dport), False


def _nobody(k: Kernel, packet: Packet, head: Headers) -> None:
    """No socket: TCP resets, UDP says that the port is unreachable."""
    k.drop(packet, "lookup", Reason.NO_SOCKET)
    if head.destination[0] >= 0xE0:
        return
    if head.proto == TCP and not head.flags & 4:
        tcp.send_reset(k, packet)
        send(k, packet.dev.netns, reset(packet.data, head))
    elif head.proto == UDP:
        tell_sender(k, packet, UNREACHABLE, PORT)


def cgroup(k: Kernel, packet: Packet) -> str | None:
    """Programs of the socket's control group; all of them run."""
    runners = k.attached.cgroup(k.tables, "cgroup_skb/ingress", packet.sender)
    if not runners:
        k.hop("cgroup", packet)
        return "filter"
    packet.take(_owned(k, packet))
    effect, runner, run = everyone(k, packet, "cgroup", runners)
    if effect is Effect.PASS:
        return "filter"
    ended(k, packet, "cgroup", Reason.SOCKET_FILTER, effect, runner, run)
    return None


def _owned(k: Kernel, packet: Packet) -> Frame:
    """The frame with what programs can ask about its socket."""
    frame, process = packet.frame(), k.tables.processes.get(packet.sender)
    uid = process.spec.uid if process is not None else 0
    group = k.attached.cgroup_id(process.spec.cgroup if process is not None else "/")
    more = {"socket_cookie": packet.socket, "socket_uid": uid, "socket_cgroup": group}
    return Frame(frame.data, frame.meta, {**frame.numbers, **more})


def filter_(k: Kernel, packet: Packet) -> str | None:
    """The socket's own filters; each may shorten what the socket gets."""
    runners = k.attached.socket(k.tables, packet.sender)
    if not runners:
        k.hop("filter", packet)
        return "socket"
    packet.take(_owned(k, packet))
    for runner in runners:
        frame_ = for_socket(packet.frame())
        run = k.execute(runner, frame_, k.event_for(packet.dev, queue=packet.queue))
        verdict = runner.verdict(run.answer) if run.answer is not None else None
        effect = verdict.effect if verdict is not None else Effect.ABORTED
        k.hop(
            "filter",
            packet,
            effect,
            runner.name,
            run.steps,
            run.pc,
            verdict.name if verdict is not None else None,
            run.message if run.answer is None else "",
        )
        if effect is not Effect.PASS or run.answer is None:
            ended(k, packet, "filter", Reason.SOCKET_FILTER, effect, runner, run)
            return None
        left, _ = trimmed(runner.leave(frame_), run.answer & MASK32)
        packet.data = left.data
    return "socket"


def socket(k: Kernel, packet: Packet) -> str | None:
    """The protocol takes it for the socket."""
    found, head = k.tables.sockets.get(packet.socket), packet.head
    if found is None or head is None:
        k.drop(packet, "socket", Reason.SOCKET_CLOSE)
        return None
    return tcp.receive(k, packet, found, head) if head.proto == TCP else udp.receive(k, packet, found, head)


def process(k: Kernel, packet: Packet) -> str | None:
    """Who waits for the socket wakes up."""
    k.hop("process", packet)
    k.end(packet, "process", End.DELIVERED)
    k.attached.probes.woken(k, packet.sender)
    return None
