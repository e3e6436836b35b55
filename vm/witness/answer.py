"""What a search may cost, and what it answers."""

from dataclasses import dataclass, replace

from vm.program import Program


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may cost: runs of the machine, and seconds of wall clock."""

    runs: int = 200
    seconds: float = 0.3


@dataclass(frozen=True, slots=True)
class Contents:
    """What a map must hold before the first packet, where the program says otherwise: keys and values."""

    map: str
    entries: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """``packets`` on fresh maps, of which the last makes the machine go wrong at slot ``pc``, step ``step``.

    ``how`` is ``fault``; ``unset`` where a register is read that nothing has written; ``outside`` where the
    access leaves the map value its pointer was made for without a fault. ``runs``: tried.
    ``contents`` are those maps whose contents must differ from what the program says.
    """

    packets: tuple[bytes, ...]
    pc: int
    step: int
    how: str
    message: str
    runs: int
    contents: tuple[Contents, ...] = ()

    def of(self, program: Program) -> Program:
        """``program`` with maps that begin with the contents of the witness."""
        given = {one.map: one.entries for one in self.contents}
        maps = (replace(spec, init=given[spec.name]) if spec.name in given else spec for spec in program.maps)
        return replace(program, maps=tuple(maps))


@dataclass(frozen=True, slots=True)
class Nothing:
    """No witness. ``reached``: some run came to the instruction. ``exhaustive``: no turn was left to try."""

    runs: int
    reached: bool
    exhaustive: bool
