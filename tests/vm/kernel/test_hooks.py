"""Every return value at every hook means something, and hooks agree with the user API's tables."""

import pytest

from vm.kernel.context.rules import CONTEXTS
from vm.kernel.hooks import HOOK_POINTS, Effect, HookPoint, hook_point
from vm.uapi.constants import BY_GROUP
from vm.uapi.prog_types import HOOKS

POINTS = pytest.mark.parametrize("point", HOOK_POINTS.values(), ids=lambda point: point.name)


@POINTS
def test_a_hook_has_the_context_of_its_program_type(point: HookPoint) -> None:
    assert point.hook.context == CONTEXTS[point.prog_type].name


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
    ],
)
def test_what_becomes_of_the_packet(hook: str, value: int, effect: Effect) -> None:
    assert HOOK_POINTS[hook].verdict(value).effect is effect
