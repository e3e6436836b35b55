"""Which fact the verifier had lost sight of, where a rejected program may be right all the same."""

from vm.instruction import Alu, Reg
from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.scene import Scene
from vm.verifier.register import PACKET_KINDS, Kind

_ETHERNET = 14


def lost_fact(scene: Scene) -> str | None:
    """The fact in words; None where the path shows none."""
    lost = scene.last(K.LOST, K.WIPED, K.RELEASED)
    if lost is not None:
        return lost.text
    if scene.broken.kind == "packet-outside":
        return _packet(scene)
    return _copy(scene) or _origin(scene)


def _packet(scene: Scene) -> str | None:
    held = scene.register(scene.reg)
    if held is not None and not held.value.is_const:
        return (
            "adding a number not known beforehand to a packet pointer makes a new place, for which "
            "earlier comparisons with data_end do not count"
        )
    last = scene.number("off") + scene.number("size")
    if not scene.number("range") and 0 < last <= _ETHERNET:
        return (
            f"a frame has at least {_ETHERNET} bytes where it is received, but the verifier counts on no "
            "length that was not compared"
        )
    return None


def _copy(scene: Scene) -> str | None:
    """A bound that was proved for another register with the same number in it."""
    number = _index(scene)
    for moment, following in zip(reversed(scene.path[:-1]), reversed(scene.path), strict=False):
        if number is None or moment.state is None or following.state is None:
            return None
        before, after = moment.state.frames[-1].regs, following.state.frames[-1].regs
        for n in range(10):
            same = before[n].kind is Kind.SCALAR and before[n].value is before[number].value
            narrowed = after[n].kind is Kind.SCALAR and after[n].value.umax < before[n].value.umax
            kept = after[number].value is before[number].value
            unlinked = not before[n].id or before[n].id != before[number].id
            if n != number and same and narrowed and kept and unlinked and before[n].value.smin >= 0:
                return (
                    f"at {scene.names.at(moment.pc)} a bound is proved for r{n}; r{number} may hold the "
                    "same number, but the verifier does not know that"
                )
    return None


def _index(scene: Scene) -> int | None:
    """The register whose number was added to the pointer."""
    for cause in reversed(scene.causes):
        insn = scene.names.program.insns[cause.pc]
        if cause.kind is K.CHANGED and isinstance(insn, Alu) and isinstance(insn.src, Reg):
            return insn.src.n
    return None


def _origin(scene: Scene) -> str | None:
    """Numbers that may be anything to the verifier, wherever they come from."""
    loaded = scene.last(K.LOADED)
    held = scene.register(scene.reg) if "reg" in scene.details else None
    if loaded is None or held is None or held.kind in PACKET_KINDS or held.value.is_const:
        return None
    if "the context's" in loaded.text:
        return f"at {scene.at(loaded)}, {loaded.text}: which of these it can be, the verifier does not know"
    if "value of map" in loaded.text:
        return f"at {scene.at(loaded)}, {loaded.text}: what programs or people put into a map may be anything"
    return None
