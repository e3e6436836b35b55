"""Maps of sockets. What they hold are numbers of a world's sockets, which user space puts in there."""

from collections.abc import Iterator

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
        if self.spec.value_size != 8:
            return -Errno.ENOSPC
        number = self.book.entries.get(key)
        return -Errno.ENOENT if number is None else number.to_bytes(8, "little")

    def place(self, key: bytes, number: int) -> int:
        """User space puts a socket there: 0 or -errno. Programs find it by ``socket``."""
        hashed = self.spec.type is MapType.SOCKHASH
        if hashed and len(self.book.entries) >= self.spec.max_entries and key not in self.book.entries:
            return -Errno.E2BIG
        if not hashed and int.from_bytes(key, "little") >= self.spec.max_entries:
            return -Errno.E2BIG
        self.book.set_entry(key, number)
        return 0

    def socket(self, key: bytes) -> int:
        """The number of the socket there; 0 for none."""
        return self.book.entries.get(key, 0)

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap: sockets by their cookies."""
        for key, number in self.book.entries.items():
            yield key, number.to_bytes(8, "little"), None

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        if self.spec.type is MapType.XSKMAP:
            if flags > EXIST:
                return -Errno.EINVAL
            if int.from_bytes(key, "little") >= self.spec.max_entries:
                return -Errno.E2BIG
        return -Errno.EBADF

    def _user_delete(self, key: bytes) -> int:
        if self.spec.type is not MapType.XSKMAP and key in self.book.entries:
            self.book.set_entry(key, None)
            return 0
        if self.spec.type is MapType.SOCKHASH:
            return -Errno.ENOENT
        inside = int.from_bytes(key, "little") < self.spec.max_entries
        return 0 if inside and self.spec.type is MapType.XSKMAP else -Errno.EINVAL

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        if self.spec.type is MapType.SOCKHASH:
            return -Errno.ENOENT
        return next_index(key, self.spec.max_entries)
