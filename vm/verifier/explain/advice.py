"""What to try, where the path tells more than the rule does."""

from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.scene import Scene

Advice = tuple[str, str]
"""The words, and the kind of fix where it is another than the rule's."""


def advice(scene: Scene) -> Advice | None:
    """Advice for this very rejection; None where the rule's own is right."""
    match scene.broken.kind:
        case "mem-scalar":
            return _number(scene)
        case "packet-outside" if scene.number("off") < 0:
            return "use offsets from 0 on: the packet begins at data", "stay-within"
        case "map-value-min" | "map-key-min" | "region-min" if scene.number("limit"):
            last = scene.number("limit") - 1
            return f"stay within bytes 0 to {last}, or make the {scene.word('region') or 'memory'} larger", ""
        case "argument-type" if scene.last(K.RELEASED) is not None:
            return "release it once on each way, and forget the pointer then", "release-once"
        case _:
            return None


def _number(scene: Scene) -> Advice | None:
    """A number was used as a pointer: what it was before says what to do."""
    reg, tested, lost = scene.reg, scene.last(K.TESTED, K.NARROWED), scene.last(K.LOST)
    if scene.last(K.RELEASED) is not None:
        return f"use r{reg} before it is given back, not behind", "release-once"
    if tested is not None and "is null" in tested.text:
        return f"turn the comparison at {scene.at(tested)} around: here the pointer is null", "other-branch"
    if lost is not None and "may move the packet" in lost.text:
        return (
            "load data and data_end from the context again behind the call, and compare again",
            "load-again",
        )
    if lost is None:
        return f"use the register that holds the pointer; r{reg} never was one", ""
    return None
