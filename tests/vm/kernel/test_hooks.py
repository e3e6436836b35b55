"""Every return value at every hook means something, and hooks agree with the user API's tables."""

import pytest

from vm.kernel.context.rules import CONTEXTS
from vm.kernel.hooks import HOOK_POINTS, Effect, HookPoint, hook_point, known_point, targeted_points
from vm.source import HookscopeError
from vm.uapi.constants import BY_GROUP
from vm.uapi.context_places import places_of
from vm.uapi.prog_types import HOOKS
from vm.verifier.checks.returns import return_range

POINTS = pytest.mark.parametrize("point", HOOK_POINTS.values(), ids=lambda point: point.name)


@POINTS
def test_a_hook_has_the_context_of_its_program_type(point: HookPoint) -> None:
    if point.takes_packets:
        assert point.hook.context == CONTEXTS[point.prog_type].name
    else:
        places = places_of(point.prog_type, point.hook.attach_type)
        assert places is not None
        assert point.hook.context == places.struct


@POINTS
def test_a_hook_allows_what_the_verifier_accepts(point: HookPoint) -> None:
    accepted = return_range(point.prog_type, point.hook.attach_type)
    assert point.allowed == (accepted and range(accepted[0], accepted[1] + 1))


@POINTS
def test_named_values_are_distinct_and_found(point: HookPoint) -> None:
    values = [verdict.value for verdict in point.verdicts]
    assert len(set(values)) == len(values)
    for verdict in point.verdicts:
        assert point.verdict(verdict.value) == verdict
        assert point.verdict(verdict.value & 0xFFFFFFFF | 0xABCD << 32) == verdict, "only 32 bits count"


@POINTS
def test_any_other_value_has_a_meaning(point: HookPoint) -> None:
    assert point.verdict(0x7777) == point.other
    if point.allowed is not None:
        assert {verdict.value for verdict in point.verdicts} == set(point.allowed)


def test_every_verdict_of_the_user_api_is_named() -> None:
    for hook, group in (("xdp", "XDP verdict"), ("tc", "tc verdict")):
        assert {v.name for v in HOOK_POINTS[hook].verdicts} == {constant.name for constant in BY_GROUP[group]}


def test_a_hook_is_found_by_any_of_its_names() -> None:
    for name, hook in HOOKS.items():
        found = hook_point(name.upper())
        assert found is HOOK_POINTS.get(hook.name)
    assert hook_point("nowhere") is None


@pytest.mark.parametrize(
    ("hook", "value", "effect"),
    [
        ("xdp", 0, Effect.ABORTED),
        ("xdp", 1, Effect.DROP),
        ("xdp", 2, Effect.PASS),
        ("xdp", 3, Effect.TX),
        ("xdp", 4, Effect.REDIRECT),
        ("xdp", 5, Effect.ABORTED),
        ("tc", 0xFFFFFFFF, Effect.PASS),
        ("tc", 2, Effect.DROP),
        ("tc", 7, Effect.REDIRECT),
        ("tc", 1000, Effect.PASS),
        ("socket", 0, Effect.DROP),
        ("socket", 0xFFFFFFFF, Effect.PASS),
        ("cgroup_skb/ingress", 1, Effect.PASS),
        ("cgroup_skb/egress", 2, Effect.DROP),
        ("tc-egress", 2, Effect.DROP),
        ("cgroup/connect4", 0, Effect.DENY),
        ("cgroup/connect4", 1, Effect.PASS),
        ("cgroup/bind6", 3, Effect.PASS),
        ("cgroup/sock_create", 0, Effect.DENY),
        ("sk_lookup", 0, Effect.DROP),
        ("perf_event", 0, Effect.IGNORED),
        ("lsm/file_open", 0, Effect.PASS),
        ("lsm/file_open", -13, Effect.DENY),
        ("kprobe/vfs_read", 0, Effect.IGNORED),
        ("tracepoint/syscalls/sys_enter_openat", 5, Effect.IGNORED),
        ("fexit/vfs_read", 0, Effect.IGNORED),
    ],
)
def test_what_becomes_of_the_packet(hook: str, value: int, effect: Effect) -> None:
    assert known_point(hook).verdict(value).effect is effect


@pytest.mark.parametrize(
    ("hook", "value", "fields", "errno"),
    [
        ("lsm/file_open", -13, {}, -13),
        ("lsm/task_kill", -1 & 0xFFFFFFFF, {}, -1),
        ("cgroup/connect4", 0, {}, -1),
        ("cgroup/connect4", 0, {"retval": -111 & 0xFFFFFFFF}, -111),
    ],
)
def test_a_process_that_is_denied_gets_an_error(
    hook: str, value: int, fields: dict[str, int], errno: int
) -> None:
    assert known_point(hook).errno(value, fields) == errno


def test_every_target_is_a_hook_of_its_own() -> None:
    points = list(targeted_points())
    assert len({point.name for point in points}) == len(points) > 500
    for point in points:
        assert hook_point(point.name) == point
        assert point.doc
        assert point.function
        assert point.verdict(0).doc


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("xpd", "did you mean `xdp`?"),
        ("kprobe", "say it, as in kprobe/do_sys_openat2"),
        ("kprobe/vfs_reed", "did you mean `vfs_read`?"),
        ("lsm/file_opem", "did you mean `file_open`?"),
    ],
)
def test_an_unknown_hook_is_told_with_a_suggestion(name: str, hint: str) -> None:
    with pytest.raises(HookscopeError) as raised:
        known_point(name)
    assert raised.value.diagnostic.hint == hint
