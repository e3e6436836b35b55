"""Accesses through a pointer to a map itself: the kernel's own structure, which is not for programs."""

from typing import TYPE_CHECKING, Final

from vm.uapi.map_types import MapType as T
from vm.verifier.checks import structures
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.register import Register
from vm.verifier.rejection import unsupported
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_STRUCTS: Final = {
    T.HASH: "bpf_htab", T.PERCPU_HASH: "bpf_htab", T.LRU_HASH: "bpf_htab", T.LRU_PERCPU_HASH: "bpf_htab",
    T.HASH_OF_MAPS: "bpf_htab", T.ARRAY: "bpf_array", T.PERCPU_ARRAY: "bpf_array", T.PROG_ARRAY: "bpf_array",
    T.PERF_EVENT_ARRAY: "bpf_array", T.CGROUP_ARRAY: "bpf_array", T.ARRAY_OF_MAPS: "bpf_array",
    T.LPM_TRIE: "lpm_trie", T.QUEUE: "bpf_queue_stack", T.STACK: "bpf_queue_stack",
    T.RINGBUF: "bpf_ringbuf_map", T.DEVMAP: "bpf_dtab", T.DEVMAP_HASH: "bpf_dtab", T.CPUMAP: "bpf_cpu_map",
    T.BLOOM_FILTER: "bpf_bloom_filter", T.STACK_TRACE: "bpf_stack_map", T.XSKMAP: "xsk_map",
    T.SOCKMAP: "bpf_stab",
    T.SOCKHASH: "bpf_shtab", T.REUSEPORT_SOCKARRAY: "reuseport_array", T.USER_RINGBUF: "bpf_ringbuf_map",
    T.CGROUP_STORAGE: "bpf_cgroup_storage_map", T.PERCPU_CGROUP_STORAGE: "bpf_cgroup_storage_map",
}  # fmt: skip
"""The kernel's structure behind each map type."""


def _struct(walk: "Walk", regno: int, off: int) -> str:
    spec = map_of(walk, walk.regs[regno])
    struct = _STRUCTS.get(spec.type)
    if struct is None:
        raise unsupported(walk.pc, f"reading the structure of {spec.type.label} maps")
    if not walk.profile.allow_ptr_leaks:
        refuse(walk, rules.MAP_PTR_PERFMON, reg=regno, struct=struct)
    if off < 0:
        refuse(walk, rules.MAP_PTR_NEGATIVE, reg=regno, struct=struct, off=off)
    return struct


def read(walk: "Walk", regno: int, off: int, size: int) -> Register:
    """What a load from the map's own structure gives: root may make it."""
    return structures.read_from(walk, _struct(walk, regno, off), off, size)


def write(walk: "Walk", regno: int, off: int) -> None:
    """A store to the map's own structure is never allowed."""
    refuse(walk, rules.MAP_PTR_WRITE, reg=regno, struct=_struct(walk, regno, off))
