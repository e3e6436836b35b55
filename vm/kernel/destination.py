"""Where a redirected packet goes: what the redirect helpers noted, looked up in the network."""

from vm.helpers.network import Network
from vm.helpers.redirect import BROADCAST, INGRESS, Redirect
from vm.kernel.hooks import Effect
from vm.machine.state import World


def destination(world: World, network: Network) -> tuple[Effect, str]:
    """The effect and the place in words; a redirect to nowhere drops the packet (xdp_do_redirect fails)."""
    fields = world.fields
    kind, target = Redirect(fields.get("redirect.kind", 0)), fields.get("redirect.target", 0)
    match kind:
        case Redirect.NONE:
            return Effect.DROP, "no redirect helper said where to"
        case Redirect.MAP:
            return _through_map(world, network, target)
        case _:
            return _to_device(network, target, kind, ingress=bool(fields.get("redirect.flags", 0) & INGRESS))


def _to_device(network: Network, ifindex: int, kind: Redirect, *, ingress: bool) -> tuple[Effect, str]:
    device = network.device(ifindex)
    if device is None:
        return Effect.DROP, f"there is no device {ifindex} to redirect to"
    how = "into" if ingress or kind is Redirect.PEER else "out of"
    more = ", the addresses filled in by its neighbour table" if kind is Redirect.NEIGHBOUR else ""
    return Effect.REDIRECT, f"{how} {device.name}{more}"


def _through_map(world: World, network: Network, key: int) -> tuple[Effect, str]:
    found = world.maps[world.fields["redirect.map"]]
    if world.fields["redirect.flags"] & BROADCAST:
        return Effect.REDIRECT, f"to every device of map {found.spec.name}"
    value = found.user_lookup(key.to_bytes(4, "little"))
    if isinstance(value, int):
        return Effect.DROP, f"map {found.spec.name} has nothing at {key}"
    number = int.from_bytes(value[:4], "little")
    if found.spec.type.label == "cpumap":
        return Effect.REDIRECT, f"to CPU {key}, through map {found.spec.name}"
    device = network.device(number)
    if device is None:
        return Effect.DROP, f"map {found.spec.name} leads to device {number}, which does not exist"
    return Effect.REDIRECT, f"out of {device.name}, through map {found.spec.name}"
