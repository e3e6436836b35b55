"""From an explained rejection to its witness, or to what can be said where there is none."""

from typing import Final

from vm.instruction import Atomic, Call, Load, LoadAcquire, Store, StoreRelease
from vm.program import Program
from vm.verifier.category import Category
from vm.verifier.explain import Explained
from vm.verifier.explain.scene import Scene
from vm.witness.answer import Budget, Nothing, Witness
from vm.witness.search import RUNNABLE, Search

UNSET: Final = frozenset({"not-readable", "argument-unset", "return-unset"})
"""Rules about registers that nothing has set: the machine has no fault for those, it just reads them."""
_ALSO: Final = frozenset({"mem-scalar", "argument-null"})
_ACCESSES: Final = (Load, LoadAcquire, Store, StoreRelease, Atomic, Call)


def can_run(found: Explained) -> bool:
    """Whether a witness can be looked for: the program was walked, and its rule is about what runs show."""
    about, scene = found.explanation, found.scene
    if about is None or scene is None or not scene.path or about.place.pc is None:
        return False
    if scene.names.program.prog_type not in RUNNABLE:
        return False
    if about.kind in UNSET:
        return True
    return isinstance(scene.insn, _ACCESSES) and (about.category == Category.MEMORY or about.kind in _ALSO)


def witness_of(program: Program, found: Explained, budget: Budget) -> Witness | Nothing:
    """Searches for a witness of the rejection; ``can_run`` must hold."""
    about, scene = found.explanation, found.scene
    if about is None or scene is None or about.place.pc is None:
        return Nothing(0, False, False)
    search = Search(
        program,
        about.place.pc,
        reg=_register(scene),
        path=[moment.pc for moment in scene.path],
        budget=budget,
        wants_unset=about.kind in UNSET,
        about_null=about.fix == "null-check",
    )
    return search.run()


def _register(scene: Scene) -> int:
    if scene.broken.kind == "return-unset":
        return 0
    return scene.reg if "reg" in scene.details else -1


def caution(found: Explained, nothing: Nothing) -> str:
    """What to say where no input was found that goes wrong."""
    if not nothing.reached:
        return (
            f"None of {nothing.runs} runs came to this instruction. The verifier looks at every way the "
            "comparisons leave open, also at ways that other facts rule out."
        )
    if nothing.exhaustive:
        return (
            f"{nothing.runs} runs, chosen by the comparisons on the way, came to no harm: this is the "
            "verifier's caution. It must be able to prove it, and could not."
        )
    return (
        f"{nothing.runs} runs came to no harm; there may be others that do. The verifier accepts only "
        "what it can prove for all of them."
    )


_VERBS: Final = {
    "fault": "the machine faults",
    "unset": "the machine reads what nothing has set",
    "outside": "the machine accesses what belongs to something else",
}


def told(witness: Witness) -> str:
    """What happens, in a sentence."""
    packets, last = witness.packets, witness.packets[-1]
    size = f"a packet of {len(last)} bytes"
    if len(packets) > 1:
        size = f"{len(packets)} packets of {len(last)} bytes, the last of which goes wrong"
    maps = ""
    for contents in witness.contents:
        if contents.entries:
            maps += f", with {len(contents.entries)} entries in map `{contents.map}`"
        else:
            maps += f", with map `{contents.map}` empty"
    verb = _VERBS[witness.how]
    return f"With {size}{maps}, {verb} at this instruction: {witness.message}."
