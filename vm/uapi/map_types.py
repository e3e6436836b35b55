"""The map types of Linux 6.18 and the flags given when a map is made.

Source: `enum bpf_map_type` and the BPF_MAP_CREATE flags of the 6.18 user API.
"""

from collections.abc import Mapping
from enum import IntEnum, IntFlag
from types import MappingProxyType


class MapType(IntEnum):
    """A map type's number; the name is the kernel's without `BPF_MAP_TYPE_`."""

    UNSPEC = 0
    HASH = 1
    ARRAY = 2
    PROG_ARRAY = 3
    PERF_EVENT_ARRAY = 4
    PERCPU_HASH = 5
    PERCPU_ARRAY = 6
    STACK_TRACE = 7
    CGROUP_ARRAY = 8
    LRU_HASH = 9
    LRU_PERCPU_HASH = 10
    LPM_TRIE = 11
    ARRAY_OF_MAPS = 12
    HASH_OF_MAPS = 13
    DEVMAP = 14
    SOCKMAP = 15
    CPUMAP = 16
    XSKMAP = 17
    SOCKHASH = 18
    CGROUP_STORAGE = 19
    REUSEPORT_SOCKARRAY = 20
    PERCPU_CGROUP_STORAGE = 21
    QUEUE = 22
    STACK = 23
    SK_STORAGE = 24
    DEVMAP_HASH = 25
    STRUCT_OPS = 26
    RINGBUF = 27
    INODE_STORAGE = 28
    TASK_STORAGE = 29
    BLOOM_FILTER = 30
    USER_RINGBUF = 31
    CGRP_STORAGE = 32
    ARENA = 33

    @property
    def label(self) -> str:
        """The type as bpftool prints it, such as `percpu_hash`."""
        return self.name.lower()

    @property
    def kernel_name(self) -> str:
        """The type as C spells it, such as `BPF_MAP_TYPE_PERCPU_HASH`."""
        return f"BPF_MAP_TYPE_{self.name}"

    @property
    def doc(self) -> str:
        """What a map of this type holds, in one sentence."""
        return MAP_TYPE_DOCS[self]


MAP_TYPE_DOCS: Mapping[MapType, str] = MappingProxyType({
    MapType.UNSPEC: "No map type: a map cannot be made with it.",
    MapType.HASH: "Any key to a value; entries come and go.",
    MapType.ARRAY: "Values by index from 0; all exist from the start, zeroed, and cannot be deleted.",
    MapType.PROG_ARRAY: "Programs by index, the targets of tail calls.",
    MapType.PERF_EVENT_ARRAY: "One perf buffer per CPU, through which programs send records to user space.",
    MapType.PERCPU_HASH: "A hash whose every value exists once per CPU, so no CPU waits for another.",
    MapType.PERCPU_ARRAY: "An array whose every value exists once per CPU, so no CPU waits for another.",
    MapType.STACK_TRACE: "Call stacks by an id that bpf_get_stackid hands out.",
    MapType.CGROUP_ARRAY: "Control groups by index.",
    MapType.LRU_HASH: "A hash that makes room by forgetting the entries least recently used.",
    MapType.LRU_PERCPU_HASH: "A per-CPU hash that makes room by forgetting the entries least recently used.",
    MapType.LPM_TRIE: "Values by prefix, such as a network; a lookup finds the longest prefix that matches.",
    MapType.ARRAY_OF_MAPS: "Maps by index.",
    MapType.HASH_OF_MAPS: "Maps by any key.",
    MapType.DEVMAP: "Network devices by index, the targets of bpf_redirect_map.",
    MapType.SOCKMAP: "Sockets by index.",
    MapType.CPUMAP: "CPUs by number, to which XDP can hand a packet on.",
    MapType.XSKMAP: "AF_XDP sockets by index, to which XDP can hand a packet.",
    MapType.SOCKHASH: "Sockets by any key.",
    MapType.CGROUP_STORAGE: "One value per control group a program is attached to (the older kind).",
    MapType.REUSEPORT_SOCKARRAY: "Sockets that share a port, by index.",
    MapType.PERCPU_CGROUP_STORAGE: "One value per control group and CPU (the older kind).",
    MapType.QUEUE: "Values without keys: first in, first out.",
    MapType.STACK: "Values without keys: last in, first out.",
    MapType.SK_STORAGE: "One value per socket, gone when the socket is.",
    MapType.DEVMAP_HASH: "Network devices by any 32-bit key, the targets of bpf_redirect_map.",
    MapType.STRUCT_OPS: "Functions of a kernel interface, such as a congestion control, written in BPF.",
    MapType.RINGBUF: "One ordered buffer shared by all CPUs, through which programs send records.",
    MapType.INODE_STORAGE: "One value per inode, gone when the inode is.",
    MapType.TASK_STORAGE: "One value per task, gone when the task is.",
    MapType.BLOOM_FILTER: "A set that answers 'surely not' or 'perhaps', in little memory.",
    MapType.USER_RINGBUF: "A buffer through which user space sends records to programs.",
    MapType.CGRP_STORAGE: "One value per control group, gone when the group is.",
    MapType.ARENA: "Memory shared by programs and user space, with pointers valid in both.",
})  # fmt: skip


class MapFlag(IntFlag):
    """The flags of map_flags; the name is the kernel's without `BPF_F_`."""

    NO_PREALLOC = 1 << 0
    NO_COMMON_LRU = 1 << 1
    NUMA_NODE = 1 << 2
    RDONLY = 1 << 3
    WRONLY = 1 << 4
    STACK_BUILD_ID = 1 << 5
    ZERO_SEED = 1 << 6
    RDONLY_PROG = 1 << 7
    WRONLY_PROG = 1 << 8
    CLONE = 1 << 9
    MMAPABLE = 1 << 10
    PRESERVE_ELEMS = 1 << 11
    INNER_MAP = 1 << 12
    LINK = 1 << 13
    PATH_FD = 1 << 14
    VTYPE_BTF_OBJ_FD = 1 << 15
    TOKEN_FD = 1 << 16
    SEGV_ON_FAULT = 1 << 17
    NO_USER_CONV = 1 << 18


MAP_FLAG_DOCS: Mapping[MapFlag, str] = MappingProxyType({
    MapFlag.NO_PREALLOC: "Take memory for an entry when it is inserted, not all of it at the start.",
    MapFlag.NO_COMMON_LRU: "Give each CPU its own least-recently-used list: faster, forgets less exactly.",
    MapFlag.NUMA_NODE: "Take the memory on the NUMA node named.",
    MapFlag.RDONLY: "User space may only read the map through this descriptor.",
    MapFlag.WRONLY: "User space may only write the map through this descriptor.",
    MapFlag.STACK_BUILD_ID: "Keep stacks as build id and offset instead of addresses.",
    MapFlag.ZERO_SEED: "Hash with seed zero, so that runs repeat; for tests only.",
    MapFlag.RDONLY_PROG: "Programs may only read the map.",
    MapFlag.WRONLY_PROG: "Programs may only write the map.",
    MapFlag.CLONE: "Copy a socket's value to the sockets accepted from it.",
    MapFlag.MMAPABLE: "User space may map the values into its memory.",
    MapFlag.PRESERVE_ELEMS: "Keep perf events when the descriptor that put them is closed.",
    MapFlag.INNER_MAP: "Allow this array as an inner map whatever its number of entries.",
    MapFlag.LINK: "The struct_ops map is attached through a link.",
    MapFlag.PATH_FD: "The path given is relative to a descriptor.",
    MapFlag.VTYPE_BTF_OBJ_FD: "The value's type is in the module's BTF given.",
    MapFlag.TOKEN_FD: "Permission comes from the BPF token given.",
    MapFlag.SEGV_ON_FAULT: "A missing arena page raises SIGSEGV in user space instead of being made.",
    MapFlag.NO_USER_CONV: "Keep arena pointers as the program stored them.",
})  # fmt: skip


def map_type(name: str) -> MapType | None:
    """Return the type a name stands for: `percpu_hash`, `percpu-hash` or `BPF_MAP_TYPE_PERCPU_HASH`."""
    bare = name.upper().replace("-", "_").removeprefix("BPF_MAP_TYPE_")
    return MapType.__members__.get(bare)
