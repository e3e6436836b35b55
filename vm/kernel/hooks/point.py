"""What a hook is: where the kernel runs its programs, and what their answers mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vm.uapi.constants import CONSTANTS
from vm.uapi.errno import Errno
from vm.uapi.prog_types import Hook, ProgType
from vm.word import signed


class Effect(StrEnum):
    """What becomes of the packet, or of what a process wants to do."""

    PASS = "pass"
    DROP = "drop"
    TX = "tx"
    REDIRECT = "redirect"
    ABORTED = "aborted"
    DENY = "deny"
    """The process gets an error: see HookPoint.errno."""
    IGNORED = "ignored"
    """The answer changes nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A return value with a name, what it does, and what that means."""

    value: int
    name: str
    effect: Effect
    doc: str


@dataclass(frozen=True, slots=True)
class HookPoint:
    """A hook: the station of the path it is at, and the answers the kernel understands there.

    ``function`` of ``file`` runs the programs. ``other`` is the verdict for every answer that has no name,
    and ``negative``, where there is one, that for negative numbers; ``allowed`` are the return values the
    verifier accepts, None all. ``target`` is what stands behind the hook's name, as in ``kprobe/vfs_read``.
    """

    hook: Hook
    title: str
    station: str
    function: str
    file: str
    doc: str
    verdicts: tuple[Verdict, ...]
    other: Verdict
    allowed: range | None = None
    target: str = ""
    negative: Verdict | None = None

    @property
    def name(self) -> str:
        """The hook's name, with its target."""
        return f"{self.hook.name}/{self.target}" if self.target else self.hook.name

    @property
    def prog_type(self) -> ProgType:
        """The type of the programs that can be attached."""
        return self.hook.prog_type

    @property
    def kernel(self) -> str:
        """Where in the kernel the programs are run."""
        return f"{self.function}, {self.file}"

    @property
    def takes_packets(self) -> bool:
        """Whether its programs are given a packet, and so may be sent one; others are given an event."""
        return self.hook.context in ("xdp_md", "__sk_buff")

    def verdict(self, value: int) -> Verdict:
        """What the program's return value (r0, of which 32 bits count) says."""
        answer = signed(value, 32)
        named = next((verdict for verdict in self.verdicts if verdict.value == answer), None)
        if named is not None:
            return named
        return self.negative if self.negative is not None and answer < 0 else self.other

    def errno(self, value: int, fields: Mapping[str, int]) -> int:
        """The negative error number a process gets that was denied; ``fields`` are the run's numbers.

        A security hook's own answer, else what bpf_set_retval said, else -EPERM.
        """
        if self.negative is not None and self.negative.effect is Effect.DENY:
            return signed(value, 32)
        return signed(fields.get("retval", 0), 32) or -Errno.EPERM


def named(*rows: tuple[str, Effect, str]) -> tuple[Verdict, ...]:
    """Verdicts whose values the user API names."""
    return tuple(Verdict(CONSTANTS[name].value, name, effect, doc) for name, effect, doc in rows)
