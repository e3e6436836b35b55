"""Records the layouts of the kernel's structures (vm/uapi/kernel_structs.json and kernel_structs_all.xz).

Reads the types (BTF) of this machine's kernel: the structures named in ROOTS and all that lie inside of them
stand in the first file, every other in the second, one to a line, its number last.
"""

import json
import lzma
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.shared_data import CHECKOUT

BTF: Final = Path("/sys/kernel/btf/vmlinux")
GOLDEN: Final = CHECKOUT / "vm/uapi/kernel_structs.json"
ALL: Final = CHECKOUT / "vm/uapi/kernel_structs_all.xz"
ROOTS: Final = [
    "bpf_array", "bpf_htab", "lpm_trie", "bpf_queue_stack", "bpf_ringbuf_map", "bpf_dtab", "bpf_cpu_map",
    "bpf_bloom_filter", "bpf_stack_map", "xsk_map", "bpf_stab", "bpf_shtab", "reuseport_array",
    "bpf_cgroup_storage_map", "bpf_map", "bpf_map_ops", "task_struct", "sk_buff", "sock", "sock_common",
    "tcp_sock", "tcp6_sock", "udp6_sock", "unix_sock", "mptcp_sock", "tcp_timewait_sock",
    "tcp_request_sock", "nf_hook_state", "net_device", "net", "mm_struct", "cred", "file", "inode",
    "dentry", "nsproxy", "pid", "css_set", "cgroup", "pt_regs", "socket", "inet_sock",
    "bpf_local_storage_map", "linux_binprm", "path", "sockaddr", "sockaddr_in", "sockaddr_in6",
    "kernel_siginfo", "kernfs_node", "request", "filename",
]  # fmt: skip
_POINTER, _ARRAY, _STRUCT, _UNION, _ENUM, _TAG = 2, 3, 4, 5, 6, 18
_MODIFIERS: Final = frozenset({8, 9, 10, 11, _TAG})
_SIZED: Final = frozenset({1, _STRUCT, _UNION, _ENUM, 16, 19})
_BEHIND: Final = {1: 4, _ARRAY: 12, 14: 4, 17: 4}
_BEHIND_EACH: Final = {_STRUCT: 12, _UNION: 12, _ENUM: 8, 13: 8, 15: 12, 19: 12}


class Type(NamedTuple):
    """One type: ``size`` is also the type it refers to; ``extra`` are the words behind it."""

    name: str
    kind: int
    size: int
    flag: bool
    extra: tuple[int, ...]


def types(data: bytes) -> Iterator[Type]:
    """All types of a BTF blob, number 0 first (void)."""
    _, _, _, head, type_off, type_len, string_off, _ = struct.unpack_from("<HBBIIIII", data)
    strings, at = head + string_off, head + type_off
    yield Type("", 0, 0, False, ())
    while at < head + type_off + type_len:
        name, info, size = struct.unpack_from("<III", data, at)
        kind, count = info >> 24 & 31, info & 0xFFFF
        words = (_BEHIND.get(kind, 0) + _BEHIND_EACH.get(kind, 0) * count) // 4
        extra = struct.unpack_from(f"<{words}I", data, at + 12)
        yield Type(_text(data, strings + name), kind, size, bool(info >> 31), extra)
        at += 12 + 4 * words


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()


class Layouts:
    """Structures by key, gathered from a kernel's types."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.strings = sum(struct.unpack_from("<I", data, at)[0] for at in (4, 16))
        self.types = list(types(data))
        self.found: dict[str, list[object]] = {}
        self.waiting: list[int] = []

    def gather(self, names: list[str]) -> None:
        """The named structures and those inside of them."""
        first = {kind.name: at for at, kind in reversed(list(enumerate(self.types))) if self._is_struct(at)}
        self.waiting = [first[name] for name in names]
        while self.waiting:
            number = self.waiting.pop()
            if self._key(number) not in self.found:
                self.found[self._key(number)] = []
                self.found[self._key(number)] = self._layout(number)

    def every(self) -> Iterator[str]:
        """Every structure, and its number, as a line; of two with one name the first."""
        done: set[str] = set()
        for number in range(len(self.types)):
            key = self._key(number)
            if self._is_struct(number) and key not in done:
                done.add(key)
                row = json.dumps([*self._layout(number), number], separators=(",", ":"))
                yield f"{json.dumps(key)}: {row}"

    def _is_struct(self, number: int) -> bool:
        return self.types[number].kind in (_STRUCT, _UNION)

    def _key(self, number: int) -> str:
        return self.types[number].name or f"#{number}"

    def _plain(self, number: int) -> int:
        while self.types[number].kind in _MODIFIERS:
            number = self.types[number].size
        return number

    def _size(self, number: int) -> int:
        kind = self.types[self._plain(number)]
        if kind.kind == _ARRAY:
            return kind.extra[2] * self._size(kind.extra[0])
        if kind.kind == _POINTER:
            return 8
        return kind.size if kind.kind in _SIZED else 0

    def _layout(self, number: int) -> list[object]:
        kind, members = self.types[number], []
        for at in range(0, len(kind.extra), 3):
            name_off, inner, offset = kind.extra[at : at + 3]
            name = _text(self.data, self.strings + name_off)
            bits = offset >> 24 if kind.flag else 0
            where = offset & 0xFFFFFF if kind.flag else offset
            shape = ["b", bits] if bits else self._member(inner)
            members.append([name, where if bits else where // 8, shape])
        return [kind.name or "(anon)", kind.size, int(kind.kind == _UNION), members]

    def _member(self, number: int) -> list[object]:
        number, count = self._plain(number), 1
        while self.types[number].kind == _ARRAY:
            count *= self.types[number].extra[2]
            number = self._plain(self.types[number].extra[0])
        size = self._size(number)
        if self._is_struct(number):
            self.waiting.append(number)
            return ["s", count, size, self._key(number)]
        if self.types[number].kind != _POINTER:
            return ["i", count, size]
        to = self.types[number].size
        target = self._plain(to)
        if not self._is_struct(target):
            return ["u", count, size]
        tagged = self.types[to].kind == _TAG and not self.types[to].flag
        return ["p", count, size, self._key(target), *([self.types[to].name] if tagged else [])]


def main() -> None:
    """Writes the layouts, one structure to a line."""
    if not BTF.exists():
        raise SystemExit(f"record_kernel_structs: {BTF} is not there")
    layouts = Layouts(BTF.read_bytes())
    layouts.gather(ROOTS)
    rows = (
        f"{json.dumps(key)}: {json.dumps(row, separators=(',', ':'))}" for key, row in layouts.found.items()
    )
    GOLDEN.write_text("{\n" + ",\n".join(rows) + "\n}\n")
    lines = [*layouts.every()]
    text = "".join(f"\n{line}" for line in lines) + "\n"
    ALL.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(layouts.found)} structures, {len(lines)} in all")
