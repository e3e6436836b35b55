"""Programs per family of helpers; ``FAMILIES`` names them all."""

from collections.abc import Callable, Iterator, Mapping

from tests.vm.helpers.build import Case
from tests.vm.helpers.cases import context, csum, dynptr, maps, misc, shape, skb, text, tunnel, xdp

FAMILIES: Mapping[str, Callable[[], Iterator[Case]]] = {
    "xdp": xdp.cases,
    "skb": skb.cases,
    "shape": shape.cases,
    "csum": csum.cases,
    "text": text.cases,
    "misc": misc.cases,
    "maps": maps.cases,
    "context": context.cases,
    "tunnel": tunnel.cases,
    "dynptr": dynptr.cases,
}
"""Each family's programs, always the same."""
