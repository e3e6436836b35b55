"""Which helpers work on which map types: a helper may ask for a type, and a type for a helper."""

from typing import TYPE_CHECKING, Final

from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.helper_ids import helper_name
from vm.uapi.map_types import MapType as T
from vm.uapi.prog_types import ProgType as P
from vm.verifier.checks.common import refuse
from vm.verifier.rules import calls as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_RINGBUF: Final = frozenset({
    H.RINGBUF_OUTPUT, H.RINGBUF_RESERVE, H.RINGBUF_QUERY, H.RINGBUF_RESERVE_DYNPTR, H.RINGBUF_SUBMIT_DYNPTR,
    H.RINGBUF_DISCARD_DYNPTR,
})  # fmt: skip
_EVENTS: Final = frozenset(
    {H.PERF_EVENT_READ, H.PERF_EVENT_OUTPUT, H.SKB_OUTPUT, H.PERF_EVENT_READ_VALUE, H.XDP_OUTPUT}
)
_CGROUP: Final = frozenset({H.SKB_UNDER_CGROUP, H.CURRENT_TASK_UNDER_CGROUP})
_SOCKMAP: Final = frozenset(
    {H.SK_REDIRECT_MAP, H.SOCK_MAP_UPDATE, H.MSG_REDIRECT_MAP, H.SK_SELECT_REUSEPORT, H.MAP_LOOKUP_ELEM}
)
_SOCKHASH: Final = frozenset(
    {H.SK_REDIRECT_HASH, H.SOCK_HASH_UPDATE, H.MSG_REDIRECT_HASH, H.SK_SELECT_REUSEPORT, H.MAP_LOOKUP_ELEM}
)
_REDIRECT_OR_LOOKUP: Final = frozenset({H.REDIRECT_MAP, H.MAP_LOOKUP_ELEM})
_QUEUE: Final = frozenset({H.MAP_PEEK_ELEM, H.MAP_POP_ELEM, H.MAP_PUSH_ELEM})

HELPERS_OF: Final[dict[T, frozenset[H]]] = {
    T.PROG_ARRAY: frozenset({H.TAIL_CALL}),
    T.PERF_EVENT_ARRAY: _EVENTS,
    T.RINGBUF: _RINGBUF,
    T.USER_RINGBUF: frozenset({H.USER_RINGBUF_DRAIN}),
    T.STACK_TRACE: frozenset({H.GET_STACKID}),
    T.CGROUP_ARRAY: _CGROUP,
    T.CGROUP_STORAGE: frozenset({H.GET_LOCAL_STORAGE}),
    T.PERCPU_CGROUP_STORAGE: frozenset({H.GET_LOCAL_STORAGE}),
    T.DEVMAP: _REDIRECT_OR_LOOKUP,
    T.DEVMAP_HASH: _REDIRECT_OR_LOOKUP,
    T.CPUMAP: frozenset({H.REDIRECT_MAP}),
    T.XSKMAP: _REDIRECT_OR_LOOKUP,
    T.ARRAY_OF_MAPS: frozenset({H.MAP_LOOKUP_ELEM}),
    T.HASH_OF_MAPS: frozenset({H.MAP_LOOKUP_ELEM}),
    T.SOCKMAP: _SOCKMAP,
    T.SOCKHASH: _SOCKHASH,
    T.REUSEPORT_SOCKARRAY: frozenset({H.SK_SELECT_REUSEPORT}),
    T.QUEUE: _QUEUE,
    T.STACK: _QUEUE,
    T.SK_STORAGE: frozenset({H.SK_STORAGE_GET, H.SK_STORAGE_DELETE, H.KPTR_XCHG}),
    T.INODE_STORAGE: frozenset({H.INODE_STORAGE_GET, H.INODE_STORAGE_DELETE, H.KPTR_XCHG}),
    T.TASK_STORAGE: frozenset({H.TASK_STORAGE_GET, H.TASK_STORAGE_DELETE, H.KPTR_XCHG}),
    T.CGRP_STORAGE: frozenset({H.CGRP_STORAGE_GET, H.CGRP_STORAGE_DELETE, H.KPTR_XCHG}),
    T.BLOOM_FILTER: frozenset({H.MAP_PEEK_ELEM, H.MAP_PUSH_ELEM}),
}
"""The only helpers a map of that type may be passed to; types not listed go with any."""

_REDIRECT: Final = frozenset({T.DEVMAP, T.DEVMAP_HASH, T.CPUMAP, T.XSKMAP})
_PERCPU: Final = frozenset({T.PERCPU_ARRAY, T.PERCPU_HASH, T.LRU_PERCPU_HASH})
TYPES_OF: Final[dict[H, frozenset[T]]] = {
    H.TAIL_CALL: frozenset({T.PROG_ARRAY}),
    **dict.fromkeys(sorted(_EVENTS), frozenset({T.PERF_EVENT_ARRAY})),
    **dict.fromkeys(sorted(_RINGBUF), frozenset({T.RINGBUF})),
    **dict.fromkeys(sorted(_CGROUP), frozenset({T.CGROUP_ARRAY})),
    H.REDIRECT_MAP: _REDIRECT,
    H.USER_RINGBUF_DRAIN: frozenset({T.USER_RINGBUF}),
    H.GET_STACKID: frozenset({T.STACK_TRACE}),
    **dict.fromkeys((H.SK_REDIRECT_MAP, H.MSG_REDIRECT_MAP, H.SOCK_MAP_UPDATE), frozenset({T.SOCKMAP})),
    **dict.fromkeys((H.SK_REDIRECT_HASH, H.MSG_REDIRECT_HASH, H.SOCK_HASH_UPDATE), frozenset({T.SOCKHASH})),
    H.GET_LOCAL_STORAGE: frozenset({T.CGROUP_STORAGE, T.PERCPU_CGROUP_STORAGE}),
    H.SK_SELECT_REUSEPORT: frozenset({T.REUSEPORT_SOCKARRAY, T.SOCKMAP, T.SOCKHASH}),
    **dict.fromkeys((H.SK_STORAGE_GET, H.SK_STORAGE_DELETE), frozenset({T.SK_STORAGE})),
    **dict.fromkeys((H.INODE_STORAGE_GET, H.INODE_STORAGE_DELETE), frozenset({T.INODE_STORAGE})),
    **dict.fromkeys((H.TASK_STORAGE_GET, H.TASK_STORAGE_DELETE), frozenset({T.TASK_STORAGE})),
    **dict.fromkeys((H.CGRP_STORAGE_GET, H.CGRP_STORAGE_DELETE), frozenset({T.CGRP_STORAGE})),
    H.MAP_POP_ELEM: frozenset({T.QUEUE, T.STACK}),
    H.MAP_PEEK_ELEM: frozenset({T.QUEUE, T.STACK, T.BLOOM_FILTER}),
    H.MAP_PUSH_ELEM: frozenset({T.QUEUE, T.STACK, T.BLOOM_FILTER}),
    H.MAP_LOOKUP_PERCPU_ELEM: _PERCPU,
}
"""The only map types these helpers work on."""

_ITERATED: Final = frozenset({T.ARRAY, T.HASH, T.LRU_HASH, T.PERCPU_ARRAY, T.PERCPU_HASH, T.LRU_PERCPU_HASH})
"""Map types whose elements a callback can be called with."""

_SOCKMAP_WRITERS: Final = frozenset({
    P.SOCKET_FILTER, P.SCHED_CLS, P.SCHED_ACT, P.XDP, P.SK_REUSEPORT, P.FLOW_DISSECTOR, P.SK_LOOKUP,
})  # fmt: skip
"""Program types that may update and delete entries of sockmaps."""


def check(walk: "Walk", spec: MapSpec | None, helper: H) -> None:
    """The helper works on the map's type."""
    if spec is None:
        return
    if helper is H.FOR_EACH_MAP_ELEM and spec.type not in _ITERATED:
        refuse(walk, rules.MAP_NO_CALLBACK, map=spec.name, map_label=spec.type.label)
    allowed = HELPERS_OF.get(spec.type)
    if allowed is not None and helper not in allowed:
        _check_sockmap(walk, spec, helper)
    types = TYPES_OF.get(helper)
    if types is not None and spec.type not in types:
        refuse(walk, rules.MAP_KIND, **_details(spec, helper))


def _check_sockmap(walk: "Walk", spec: MapSpec, helper: H) -> None:
    """Entries of sockmaps may be changed where no socket can be locked."""
    changes = helper in (H.MAP_UPDATE_ELEM, H.MAP_DELETE_ELEM)
    if spec.type not in (T.SOCKMAP, T.SOCKHASH) or not changes:
        refuse(walk, rules.MAP_KIND, **_details(spec, helper))
    kind = walk.program.prog_type
    if kind in _SOCKMAP_WRITERS or (kind is P.SOCK_OPS and helper is H.MAP_DELETE_ELEM):
        return
    refuse(walk, rules.SOCKMAP_UPDATE, **_details(spec, helper))


def _details(spec: MapSpec, helper: H) -> dict[str, int | str]:
    name = helper_name(helper) or ""
    return {
        "map": spec.name, "map_type": int(spec.type), "map_label": spec.type.label, "helper": name,
        "id": int(helper),
    }  # fmt: skip
