"""What every map can do, for programs and for user space.

Kinds differ in a file each; ``vm.maps.create`` picks the class by ``MapSpec.type``. All mutation goes
through ``memory.put`` (values) and the journal (``EntryChanged``, ``ListChanged``, ``FieldChanged``), so that every
operation can be undone. Methods return 0 or a negative error number, as the kernel's do.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from vm.change import EntryChanged, ListChanged
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.uapi.errno import Errno


class BpfMap(ABC):
    """One map of a run. ``index`` is its place in the run's maps and in its changes; ``address`` is what a
    ``ld_imm64`` of the map puts in a register (the map object, opaque to programs)."""

    def __init__(self, spec: MapSpec, index: int, memory: Memory, cpus: int) -> None:
        self.spec = spec
        self.index = index
        self.memory = memory
        self.cpus = cpus
        self.address = 0

    @abstractmethod
    def lookup(self, key: bytes, cpu: int) -> int:
        """The guest address of the value for ``key`` as a program on ``cpu`` sees it, or 0."""

    @abstractmethod
    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """bpf_map_update_elem from a program on ``cpu``: 0 or -errno."""

    @abstractmethod
    def delete(self, key: bytes) -> int:
        """bpf_map_delete_elem: 0 or -errno."""

    @abstractmethod
    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """(key, value) pairs as user space reads them; per-CPU values of all CPUs joined, each padded to 8 bytes."""

    # User space (bpf(2)): the same operations without a CPU of their own.

    def user_lookup(self, key: bytes, flags: int = 0) -> bytes | int:
        """BPF_MAP_LOOKUP_ELEM: the value, or -errno."""
        return -Errno.EOPNOTSUPP

    def user_update(self, key: bytes, value: bytes, flags: int = 0) -> int:
        """BPF_MAP_UPDATE_ELEM: 0 or -errno."""
        return -Errno.EOPNOTSUPP

    def user_delete(self, key: bytes) -> int:
        """BPF_MAP_DELETE_ELEM: 0 or -errno."""
        return -Errno.EOPNOTSUPP

    # Time travel.

    def apply(self, change: EntryChanged | ListChanged, *, forwards: bool) -> None:
        """Takes the map from one side of its own change to the other."""
        raise NotImplementedError(f"{type(self).__name__} makes no {type(change).__name__}")

    @abstractmethod
    def snapshot(self) -> object:
        """The map's bookkeeping (not its values, which are memory) as an immutable value."""

    @abstractmethod
    def restore(self, snapshot: object) -> None:
        """Takes the bookkeeping back to ``snapshot``."""
