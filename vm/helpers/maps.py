"""Helpers of maps: look up, update, delete; push, pop, peek."""

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import ENOENT, read, u32, write
from vm.helpers.found import put
from vm.maps.base import BpfMap
from vm.maps.sockets import SocketMap
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType


def map_lookup_elem(call: HelperCall) -> int:
    """The address of a value, or 0."""
    found = call.map(1)
    key = read(call, 2, found.spec.key_size)
    if isinstance(found, SocketMap):
        number, sockets = found.socket(key), call.event.sockets
        socket = sockets.known(number) if number and sockets is not None else None
        return put(call, socket, held=True) if socket is not None else 0
    return found.lookup(key, call.event.cpu)


def map_update_elem(call: HelperCall) -> int:
    """Writes a value."""
    target = call.map(1)
    key, value = read(call, 2, target.spec.key_size), read(call, 3, target.spec.value_size)
    return target.update(key, value, call.r[3], call.event.cpu)


def map_delete_elem(call: HelperCall) -> int:
    """Removes an entry."""
    target = call.map(1)
    return target.delete(read(call, 2, target.spec.key_size))


def map_lookup_percpu_elem(call: HelperCall) -> int:
    """The address of another CPU's value, or 0."""
    target, cpu = call.map(1), u32(call, 3)
    key = read(call, 2, target.spec.key_size)
    return target.lookup(key, cpu) if cpu < target.cpus else 0


def map_push_elem(call: HelperCall) -> int:
    """Puts a value in."""
    target = call.map(1)
    return target.push(read(call, 2, target.spec.value_size), call.r[2])


def map_pop_elem(call: HelperCall) -> int:
    """Takes a value out."""
    target = call.map(1)
    if target.spec.type is MapType.BLOOM_FILTER:
        return -Errno.EOPNOTSUPP
    return _give(call, target, target.pop())


def map_peek_elem(call: HelperCall) -> int:
    """Copies the next value; asks a bloom filter whether it has one."""
    target = call.map(1)
    if target.spec.type is MapType.BLOOM_FILTER:
        return ENOENT if target.peek(read(call, 2, target.spec.value_size)) is None else 0
    return _give(call, target, target.peek())


def _give(call: HelperCall, target: BpfMap, value: bytes | None) -> int:
    write(call, 2, bytes(target.spec.value_size) if value is None else value)
    return ENOENT if value is None else 0


ROWS = (
    Helper(
        HelperId.MAP_LOOKUP_ELEM,
        "void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)",
        (Arg.CONST_MAP_PTR, Arg.MAP_KEY),
        Ret.MAP_VALUE_OR_NULL,
        map_lookup_elem,
        "Finds the value for a key. The answer points into the map, so that writing through it changes the "
        "map; it is null where the key is not there, which a program must check.",
        packet_args=True,
    ),
    Helper(
        HelperId.MAP_UPDATE_ELEM,
        "long bpf_map_update_elem(struct bpf_map *map, const void *key, const void *value, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.MAP_KEY, Arg.MAP_VALUE, Arg.ANYTHING),
        Ret.INTEGER,
        map_update_elem,
        "Inserts an entry or replaces its value. BPF_NOEXIST only inserts (-EEXIST), BPF_EXIST only replaces "
        "(-ENOENT); -E2BIG if the map is full.",
        packet_args=True,
    ),
    Helper(
        HelperId.MAP_DELETE_ELEM,
        "long bpf_map_delete_elem(struct bpf_map *map, const void *key)",
        (Arg.CONST_MAP_PTR, Arg.MAP_KEY),
        Ret.INTEGER,
        map_delete_elem,
        "Removes the entry of a key: -ENOENT if it is not there, -EINVAL for arrays, whose entries always "
        "are.",
        packet_args=True,
    ),
    Helper(
        HelperId.MAP_LOOKUP_PERCPU_ELEM,
        "void *bpf_map_lookup_percpu_elem(struct bpf_map *map, const void *key, u32 cpu)",
        (Arg.CONST_MAP_PTR, Arg.MAP_KEY, Arg.ANYTHING),
        Ret.MAP_VALUE_OR_NULL,
        map_lookup_percpu_elem,
        "Finds the value another CPU has for a key in a per-CPU map; null where the key or the CPU is not "
        "there.",
        packet_args=True,
    ),
    Helper(
        HelperId.MAP_PUSH_ELEM,
        "long bpf_map_push_elem(struct bpf_map *map, const void *value, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.MAP_VALUE, Arg.ANYTHING),
        Ret.INTEGER,
        map_push_elem,
        "Puts a value into a queue, a stack or a bloom filter. -E2BIG if a queue or stack is full, unless "
        "BPF_EXIST says that the oldest value may be dropped.",
        packet_args=True,
    ),
    Helper(
        HelperId.MAP_POP_ELEM,
        "long bpf_map_pop_elem(struct bpf_map *map, void *value)",
        (Arg.CONST_MAP_PTR, Arg.UNINIT_MAP_VALUE),
        Ret.INTEGER,
        map_pop_elem,
        "Takes the oldest value out of a queue, or the newest out of a stack, and copies it; -ENOENT if "
        "there is none.",
    ),
    Helper(
        HelperId.MAP_PEEK_ELEM,
        "long bpf_map_peek_elem(struct bpf_map *map, void *value)",
        (Arg.CONST_MAP_PTR, Arg.UNINIT_MAP_VALUE),
        Ret.INTEGER,
        map_peek_elem,
        "Copies the value bpf_map_pop_elem would take and leaves it. A bloom filter is asked whether the "
        "value may be in it: 0 perhaps, -ENOENT surely not.",
    ),
)
