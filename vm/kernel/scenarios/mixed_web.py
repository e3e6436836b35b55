"""Mixed web traffic: what a small server sees on an ordinary day."""

from collections.abc import Iterator

from vm.kernel.packet.form import from_form
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.traffic import arrives, askers, pings, visitors
from vm.kernel.world.events import PacketArrives

_LINK = {"src": "02:00:00:00:0a:10", "dst": "02:00:00:00:00:02"}
_TO = {"eth": _LINK, "ipv6": {"src": "2001:db8:1::10", "dst": "2001:db8:1::1"}}
_OTHERS = {
    "arp": from_form(
        {"eth": {**_LINK, "dst": "ff:ff:ff:ff:ff:ff"}, "pad": 60,
         "arp": {"sender_ip": "192.0.2.10", "target_ip": "192.0.2.1"}}
    ),
    "ipv6 SYN": from_form({**_TO, "tcp": {"sport": 52_000, "flags": ["SYN"], "options": "linux"}}),
    "ipv6 DNS": from_form({**_TO, "udp": {"sport": 40_053, "dport": 53}, "dns": {"type": "AAAA"}}),
    "VLAN": from_form(
        {"eth": _LINK, "vlan": 10, "ipv4": {"src": "192.0.2.44", "dst": "192.0.2.1"},
         "tcp": {"flags": ["SYN"], "sport": 51_000}}
    ),
    "ssh": from_form(
        {"eth": _LINK, "ipv4": {"src": "198.51.100.9", "dst": "192.0.2.1"},
         "tcp": {"flags": ["SYN"], "sport": 60_209, "dport": 22, "options": "linux"}}
    ),
}  # fmt: skip
"""Packets of other kinds, always the same."""


def _others(values: Values) -> Iterator[PacketArrives]:
    draw, kinds = Draw(values.seed, "others"), tuple(_OTHERS.values())
    for now in draw.times(0, values["others"] * MILLISECOND):
        yield arrives(now, draw.pick(kinds), "other", draw.bits(1))


MIXED_WEB = Scenario(
    "mixed-web", "Mixed web traffic",
    "Visitors, DNS questions, pings, IPv6, ARP and VLAN tags: an ordinary day.",
    "Nothing is wrong here. Who talks most, which protocols are there, how large are packets?",
    lambda values: [
        *visitors(values.seed, values["visitors"], 60, "web"),
        askers(values.seed, values["visitors"] or 1, values["questions"] * MILLISECOND, "dns"),
        pings(values.seed, 4, 200 * MILLISECOND, "ping"),
        _others(values),
    ],
    (
        Parameter("visitors", "Visitors of the web server, each connecting once a second.", 20, 0, 500),
        Parameter("questions", "Milliseconds between two DNS questions.", 40, 1, 10_000, "ms"),
        Parameter("others", "Milliseconds between two packets of other kinds.", 120, 1, 10_000, "ms"),
    ),
    {"web": "HTTP", "dns": "a DNS question", "ping": "a ping", "other": "ARP, IPv6, VLAN or ssh"},
    attach=("xdp:eth0", "tc:eth0", "cgroup_skb/ingress:/system.slice/web", "socket:nginx"),
)  # fmt: skip
