"""Maps of sockets. No sockets are modeled that could be put in, so they stay empty: for programs that
only name them."""

from vm.maps.array import next_index
from vm.maps.base import EXIST, BpfMap
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapType


class SocketMap(BpfMap):
    """BPF_MAP_TYPE_XSKMAP, SOCKMAP and SOCKHASH."""

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        if self.spec.type is MapType.XSKMAP:
            return -Errno.EOPNOTSUPP
        # Socket maps show socket cookies, which are 8 bytes.
        return -Errno.ENOSPC if self.spec.value_size != 8 else -Errno.ENOENT

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        if self.spec.type is MapType.XSKMAP:
            if flags > EXIST:
                return -Errno.EINVAL
            if int.from_bytes(key, "little") >= self.spec.max_entries:
                return -Errno.E2BIG
        return -Errno.EBADF

    def _user_delete(self, key: bytes) -> int:
        if self.spec.type is MapType.SOCKHASH:
            return -Errno.ENOENT
        inside = int.from_bytes(key, "little") < self.spec.max_entries
        return 0 if inside and self.spec.type is MapType.XSKMAP else -Errno.EINVAL

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        if self.spec.type is MapType.SOCKHASH:
            return -Errno.ENOENT
        return next_index(key, self.spec.max_entries)
