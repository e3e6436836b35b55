"""Reads the types of the running kernel from /sys/kernel/btf/vmlinux, as an oracle for the tables of vm.uapi.

What Linux 6.18 answered is recorded in tests/data/uapi, so that the checks run on other kernels too.
"""

import json
import platform
import struct
from pathlib import Path
from typing import Any

from vm.uapi.constants import CONSTANTS

VMLINUX = Path("/sys/kernel/btf/vmlinux")
GOLDEN = Path(__file__).parents[2] / "data/uapi/linux_6_18.json"

_ENUMS = ("bpf_prog_type", "bpf_map_type", "bpf_attach_type", "bpf_func_id")
_STRUCTS = (
    "xdp_md", "__sk_buff", "bpf_sock", "bpf_tcp_sock", "bpf_sk_lookup", "ethhdr", "vlan_hdr", "arphdr",
    "iphdr", "ipv6hdr", "ipv6_opt_hdr", "ipv6_rt_hdr", "frag_hdr", "tcphdr", "udphdr", "icmphdr", "icmp6hdr",
    "bpf_fib_lookup", "bpf_spin_lock", "bpf_timer", "bpf_sock_tuple", "bpf_tunnel_key", "bpf_redir_neigh",
    "bpf_lpm_trie_key_u8", "bpf_devmap_val", "bpf_cpumap_val", "bpf_pidns_info", "bpf_perf_event_value",
    "bpf_sock_addr", "bpf_sock_ops", "bpf_nf_ctx", "bpf_cgroup_dev_ctx", "bpf_sysctl", "bpf_sockopt",
)  # fmt: skip
_INT, _PTR, _ARRAY, _STRUCT, _UNION, _ENUM, _ENUM64 = 1, 2, 3, 4, 5, 6, 19
_NAMES_ANOTHER = (8, 9, 10, 11, 18)  # typedef, volatile, const, restrict, type tag
_EXTRA_PER_MEMBER = {5: 12, 4: 12, 13: 8, 15: 12}
_EXTRA_FIXED = {_INT: 4, _ARRAY: 12, 14: 4, 17: 4}


class Btf:
    """The types of a BTF blob, by id: (kind, name, size or type, members)."""

    def __init__(self, blob: bytes) -> None:
        header_size, types_at, types_size, strings_at = struct.unpack_from("<IIII", blob, 4)
        self._strings = blob[header_size + strings_at :]
        self.types: list[tuple[int, str, int, list[Any]]] = [(0, "void", 0, [])]
        at, end = header_size + types_at, header_size + types_at + types_size
        while at < end:
            name, info, size = struct.unpack_from("<III", blob, at)
            kind, count, flag = (info >> 24) & 31, info & 0xFFFF, bool(info >> 31)
            members, used = self._members(blob, at + 12, kind, count, flag)
            self.types.append((kind, self._string(name), size, members))
            at += 12 + used

    def _string(self, at: int) -> str:
        return self._strings[at : self._strings.index(b"\0", at)].decode()

    def _members(self, blob: bytes, at: int, kind: int, count: int, flag: bool) -> tuple[list[Any], int]:
        if kind in (_STRUCT, _UNION):
            rows = [struct.unpack_from("<III", blob, at + 12 * i) for i in range(count)]
            split = 24 if flag else 32
            return [(self._string(n), t, o & ((1 << split) - 1), o >> split) for n, t, o in rows], 12 * count
        if kind == _ENUM:
            form = "<Ii" if flag else "<II"
            pairs = [struct.unpack_from(form, blob, at + 8 * i) for i in range(count)]
            return [(self._string(n), value) for n, value in pairs], 8 * count
        if kind == _ENUM64:
            wide = [struct.unpack_from("<III", blob, at + 12 * i) for i in range(count)]
            return [(self._string(n), low | high << 32) for n, low, high in wide], 12 * count
        if kind == _ARRAY:
            return list(struct.unpack_from("<III", blob, at)), 12
        return [], _EXTRA_FIXED.get(kind, 0) + _EXTRA_PER_MEMBER.get(kind, 0) * count

    def resolve(self, type_id: int) -> int:
        """Follow typedefs and qualifiers to the type they stand for."""
        while self.types[type_id][0] in _NAMES_ANOTHER:
            type_id = self.types[type_id][2]
        return type_id

    def size(self, type_id: int) -> int:
        """The bytes a value of the type takes."""
        kind, _, size, members = self.types[self.resolve(type_id)]
        if kind == _PTR:
            return 8
        return self.size(members[0]) * members[2] if kind == _ARRAY else size

    def flatten(self, type_id: int, prefix: str = "", base: int = 0) -> list[list[Any]]:
        """The members of a structure as [name, bit offset, bits], those of nameless ones in their place."""
        rows: list[list[Any]] = []
        for name, member, offset, bits in self.types[type_id][3]:
            kind, type_name, _, _ = self.types[self.resolve(member)]
            if kind in (_STRUCT, _UNION) and not type_name:
                inner = f"{prefix}{name}." if name else prefix
                rows += self.flatten(self.resolve(member), inner, base + offset)
            else:
                rows.append([prefix + name, base + offset, bits or 8 * self.size(member)])
        return rows


def facts(btf: Btf) -> dict[str, Any]:
    """Everything the tables of vm.uapi claim, as the kernel has it."""
    enums = {name: dict(rows) for kind, name, _, rows in btf.types if kind == _ENUM and name in _ENUMS}
    constants = {
        name: value
        for kind, enum, _, rows in btf.types
        if kind in (_ENUM, _ENUM64) and enum not in _ENUMS
        for name, value in rows
        if name in CONSTANTS
    }
    structs = {
        name: {"size": size, "members": btf.flatten(i)}
        for i, (kind, name, size, _) in enumerate(btf.types)
        if kind == _STRUCT and name in _STRUCTS
    }
    return {
        "enums": enums,
        "constants": dict(sorted(constants.items())),
        "structs": dict(sorted(structs.items())),
    }


def golden() -> dict[str, Any]:
    """The facts recorded on Linux 6.18."""
    recorded: dict[str, Any] = json.loads(GOLDEN.read_text())
    return recorded


def of_this_kernel() -> dict[str, Any] | None:
    """The facts of the running kernel where it is a 6.18 that tells its types; else None."""
    if not platform.release().startswith("6.18") or not VMLINUX.exists():
        return None
    return facts(Btf(VMLINUX.read_bytes()))
