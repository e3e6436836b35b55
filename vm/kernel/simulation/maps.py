"""The maps of a simulation, and what its reader in user space does with them."""

from collections.abc import Sequence

from vm.kernel.loading import Loaded, load_maps
from vm.kernel.scenario import Carry
from vm.maps import BpfMap
from vm.maps.references import PerfEventArray
from vm.maps.ringbuf import RingBufMap
from vm.memory.memory import Memory
from vm.memory.snapshot import MemorySnapshot
from vm.program import Program


class Maps:
    """The maps of all attachments, shared by name as libbpf would, and what user space reads from them."""

    def __init__(self, programs: Sequence[Program], cpus: int, carry: Carry | None = None) -> None:
        self.programs = tuple(programs)
        self.cpus = cpus
        self.memory = Memory([])
        loaded = load_maps(self.programs, self.memory, cpus, fresh=carry is None)
        self.maps: tuple[BpfMap, ...] = loaded.maps
        self.indices = loaded.indices
        self.at = {made.address: made for made in loaded.maps}
        self.rings = tuple(made for made in loaded.maps if isinstance(made, RingBufMap))
        self._end = self.memory.mark()
        if carry is not None:
            self.memory.snapshot()
            self.restore(carry)
        else:
            self._open()

    def _open(self) -> None:
        """A reader waits for what programs send: it has opened all perf events."""
        for made in self.maps:
            if isinstance(made, PerfEventArray):
                made.open_all()
        self.memory.journal.clear()

    def read(self) -> None:
        """User space reads all records there are."""
        for ring in self.rings:
            ring.consume()

    def carry(self) -> Carry:
        """What the maps hold now; it shares what has not changed since the last one."""
        images = self.memory.snapshot().images
        return Carry(MemorySnapshot(images), tuple(made.snapshot() for made in self.maps))

    def restore(self, carry: Carry) -> None:
        """Makes the maps hold what they held."""
        self.memory.restore(carry.memory)
        for made, book in zip(self.maps, carry.books, strict=True):
            made.restore(book)
        self.memory.journal.clear()

    def loaded(self, programs: Sequence[Program]) -> Loaded:
        """The maps, with the places of those of ``programs``."""
        return Loaded(self.maps, tuple(self.indices[self._index(program)] for program in programs))

    def _index(self, program: Program) -> int:
        return next(at for at, known in enumerate(self.programs) if known is program)
