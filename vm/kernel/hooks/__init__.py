"""The hooks of the modeled kernel, a row each: what a return value means there, and what then happens.

What a hook is called, for which programs it is and which context it gives stands in ``vm.uapi.prog_types``,
what can stand behind its name in ``vm.uapi.targets``; here is what the kernel does with the answer.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.hooks.control import CONTROL_POINTS
from vm.kernel.hooks.netfilter import NETFILTER_POINTS
from vm.kernel.hooks.packets import PACKET_POINTS
from vm.kernel.hooks.point import Effect, HookPoint, Verdict
from vm.kernel.hooks.sockets import SOCKET_POINTS
from vm.kernel.hooks.tracing import PERF_POINT, targeted_point, targeted_points
from vm.source import HookscopeError, did_you_mean
from vm.uapi.prog_types import HOOKS, Targets, hook_named
from vm.uapi.targets import targets

__all__ = [
    "HOOK_POINTS",
    "Effect",
    "HookPoint",
    "Verdict",
    "hook_point",
    "known_point",
    "targeted_points",
]

HOOK_POINTS: Mapping[str, HookPoint] = MappingProxyType(
    {
        point.name: point
        for point in (*PACKET_POINTS, *NETFILTER_POINTS, *SOCKET_POINTS, *CONTROL_POINTS, PERF_POINT)
    }
)
"""Every modeled hook without a target by the name to show, in the order a packet comes by."""


def hook_point(name: str) -> HookPoint | None:
    """The modeled hook any of whose names is ``name``, its target behind a slash where it needs one."""
    exact = HOOKS.get(name.lower())
    if exact is not None:
        return HOOK_POINTS.get(exact.name)
    named = hook_named(name)
    return targeted_point(named) if named is not None and named.hook.targets else None


def known_point(name: str) -> HookPoint:
    """The same; raises HookscopeError (``unknown-hook``) with a suggestion where there is none."""
    found = hook_point(name)
    if found is not None:
        return found
    named = hook_named(name)
    if named is None or named.hook.targets is Targets.NONE:
        raise HookscopeError.of("unknown-hook", f"there is no hook {name}", _suggestion(name))
    known = targets(named.hook.targets)
    first = next(iter(known))
    if not named.target:
        message = f"{named.hook.name} of which {named.hook.targets}?"
        raise HookscopeError.of("unknown-hook", message, f"say it, as in {named.hook.name}/{first}")
    hint = did_you_mean(named.target, known) or f"there are {len(known)}, such as {first}"
    raise HookscopeError.of("unknown-hook", f"no {named.hook.targets} {named.target} is modeled", hint)


def _suggestion(name: str) -> str:
    return did_you_mean(name.lower(), HOOK_POINTS) or f"hooks are {', '.join(HOOK_POINTS)}, kprobe/vfs_read …"
