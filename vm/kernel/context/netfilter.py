"""What netfilter programs get: the place with its devices, and the packet, as the kernel has them."""

from collections.abc import Mapping

from vm.helpers.network import Device
from vm.kernel.context.inputs import Arguments, Kernel, Value
from vm.kernel.context.kernel_objects import SocketInfo, device_object, sk_buff_object, sock_object

PF_INET, PF_INET6 = 2, 10
"""NFPROTO_IPV4 and NFPROTO_IPV6."""
_NO_NUMBERS: Mapping[str, int] = {}


def netfilter_event(
    place: int,
    frame: bytes,
    came: Device | None,
    leaves: Device | None,
    sock: SocketInfo | None = None,
    numbers: Mapping[str, int] = _NO_NUMBERS,
    network: int = 14,
) -> Arguments:
    """A packet at ``place`` (NF_INET_PRE_ROUTING 0 … NF_INET_POST_ROUTING 4): ``frame`` with its link header.

    ``came`` and ``leaves`` are the devices known there; ``numbers`` what is noted of it, such as ``mark``.
    """
    six = frame[network] >> 4 == 6 if len(frame) > network else False
    device = leaves if came is None else came
    if device is None:
        raise ValueError("a packet at netfilter has a device it came by or leaves by")
    members: list[tuple[str, Value]] = [("hook", place), ("pf", PF_INET6 if six else PF_INET)]
    if came is not None:
        members.append(("in", device_object(came)))
    if leaves is not None:
        members.append(("out", device_object(leaves)))
    if sock is not None:
        members.append(("sk", sock_object(sock)))
    skb = sk_buff_object(frame, device, sock, network, network, numbers)
    return Arguments((Kernel("nf_hook_state", tuple(members)), skb), ("state", "skb"))
