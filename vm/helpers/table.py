"""All simulated helpers in one table, family by family."""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from vm.helpers import (
    control,
    csum,
    dynptr,
    fib,
    lookups,
    maps,
    paths,
    perf,
    probe_read,
    redirect,
    ringbuf,
    skb,
    skb_shape,
    sockets,
    sockopts,
    spinlock,
    sysctl,
    tasks,
    text,
    time_random,
    tracing,
    tunnel,
    vlan,
    xdp,
)
from vm.helpers.api import Helper

_FAMILIES = (
    control,
    maps,
    ringbuf,
    perf,
    control,
    time_random,
    tasks,
    text,
    spinlock,
    xdp,
    skb,
    skb_shape,
    vlan,
    csum,
    redirect,
    fib,
    sockets,
    probe_read,
    tracing,
    sysctl,
    lookups,
    sockopts,
    paths,
    tunnel,
    dynptr,
)

HELPERS: Mapping[int, Helper] = MappingProxyType(
    {row.id: row for row in chain.from_iterable(family.ROWS for family in _FAMILIES)}
)
"""Every helper a program here may call. Linux has more (``HelperId``): those are known by name only."""
