"""Scripts with words exchanged, left out and put in: each is read or told of, and what is read can happen."""

import random
import re
from itertools import islice

from app.scenarios.read import read
from tests.app.scenarios.test_scripts import WHOLE
from vm.kernel.simulation.simulation import simulate
from vm.source import HookscopeError

WORDS = (
    "{", "}", "[", "]", ":", "-", "null", "~", "-1", "99999999999999999999", "1e9", "''", '"x"',
    "tcp-syn", "packet", "syscall", "vary", "args.1", "0x10", "true", "1.5ms", "\n", "  ", "eth9",
    "*a", "&a", "!x", "2001:db8::1", "10.0.0.1", "[1,2]", "{a: b}",
)  # fmt: skip
SCRIPTS = 200


def mutant(chance: random.Random) -> str:
    parts = re.split(r"(\W)", WHOLE)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(parts))
        match chance.randrange(3):
            case 0:
                parts[at] = chance.choice(WORDS)
            case 1:
                del parts[at]
            case _:
                parts.insert(at, chance.choice(WORDS))
    return "".join(parts)


def test_any_script_is_answered_and_what_is_read_happens() -> None:
    chance, happened = random.Random(11), 0
    for _ in range(SCRIPTS):
        found, diagnostics = read(mutant(chance))
        assert (found is None) == bool(diagnostics)
        assert all(str(item) for item in diagnostics)
        if found is None:
            continue
        made = found.make()
        try:
            simulation = simulate(made.world, islice(made.events, 40), ()).run()
        except HookscopeError:
            continue  # such a world does not hold together; it is said why
        assert len(simulation.outcomes) >= min(found.count, 40)
        happened += 1
    assert happened > 5
