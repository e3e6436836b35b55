"""What a learner types to say where a program goes."""

import pytest

from vm.kernel.world.attach import Place, parse_place, split_attach
from vm.kernel.world.spec import DEFAULT_WORLD
from vm.source import HookscopeError

# text, hook, target, behind the driver; text as it is shown
PLACES = [
    ("xdp:eth0", "xdp", "eth0", False, "xdp:eth0"),
    ("xdp", "xdp", "eth0", False, "xdp:eth0"),
    ("xdpgeneric:eth1", "xdp", "eth1", True, "xdpgeneric:eth1"),
    ("xdpdrv:eth0", "xdp", "eth0", False, "xdp:eth0"),
    ("tc/ingress:eth0", "tc", "eth0", False, "tc:eth0"),
    ("tc-egress:web/eth0", "tc-egress", "web/eth0", False, "tc-egress:web/eth0"),
    ("cgroup_skb:/pods/web", "cgroup_skb/ingress", "/pods/web", False, "cgroup_skb/ingress:/pods/web"),
    ("cgroup/connect4", "cgroup/connect4", "/", False, "cgroup/connect4:/"),
    ("tp/sched/sched_switch", "tracepoint", "sched/sched_switch", False, "tracepoint/sched/sched_switch"),
    ("tp:sched/sched_switch", "tracepoint", "sched/sched_switch", False, "tracepoint/sched/sched_switch"),
    ("kprobe/vfs_read", "kprobe", "vfs_read", False, "kprobe/vfs_read"),
    ("lsm/file_open", "lsm", "file_open", False, "lsm/file_open"),
    ("socket:nginx", "socket", "nginx", False, "socket:nginx"),
    ("socket", "socket", "", False, "socket"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hook", "target", "generic", "shown"), PLACES)
def test_places(text: str, hook: str, target: str, generic: bool, shown: str) -> None:
    place = parse_place(text)
    assert place == Place(hook, target, generic)
    assert str(place) == shown
    assert parse_place(str(place)) == place


# text, code, part of the hint
MISTAKES = [
    ("xpd:eth0", "unknown-hook", "xdp"),
    ("nothing-like-it-at-all", "unknown-hook", "places look like"),
    ("kprobe", "no-target", "kprobe/vfs_read"),
    ("lsm", "no-target", "lsm/file_open"),
    ("kprobe/vfs_read:eth0", "bad-target", "one thing"),
]


@pytest.mark.parametrize(("text", "code", "hint"), MISTAKES)
def test_mistakes_come_with_a_hint(text: str, code: str, hint: str) -> None:
    with pytest.raises(HookscopeError) as caught:
        parse_place(text)
    assert caught.value.diagnostic.code == code
    assert hint in (caught.value.diagnostic.hint or "")


def test_a_file_and_its_place() -> None:
    assert split_attach("my@dir/a.bpf@tc:eth0") == ("my@dir/a.bpf", Place("tc", "eth0"))
    with pytest.raises(HookscopeError, match="does not say where"):
        split_attach("a.bpf")


def test_the_default_world_holds_together() -> None:
    groups = {group.path for group in DEFAULT_WORLD.cgroups}
    assert all(process.cgroup in groups for process in DEFAULT_WORLD.processes)
    assert len({device.ifindex for device in DEFAULT_WORLD.devices}) == len(DEFAULT_WORLD.devices)
    assert DEFAULT_WORLD.device("eth0") is not None
    assert DEFAULT_WORLD.process(812) is not None
