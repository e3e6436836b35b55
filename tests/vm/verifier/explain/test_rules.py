"""Every rule there is has an explanation: words, category, fix, and notes on every number."""

from string import Formatter

import pytest

from tests.vm.verifier.explain.cases import NUMBER
from vm.asm import assemble
from vm.cfg.structure import RULES as STRUCTURE
from vm.cfg.structure import Kind, Rejection
from vm.program import Program
from vm.verifier import Options, verify
from vm.verifier.category import Category
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.explain.broken import fields, kebab, of_structure, of_walk
from vm.verifier.explain.explain import told
from vm.verifier.explain.explanation import Explanation
from vm.verifier.explain.naming import Names
from vm.verifier.explain.scene import Scene
from vm.verifier.explain.trail import Trail
from vm.verifier.rejection import Rejected, Rule
from vm.verifier.rules import RULES

LINES = ["r2 = *(u32 *)(r1 + 0)", "r0 = 2", "exit"]
NUMBERS = {
    "reg", "off", "size", "limit", "last", "end", "range", "id", "pc", "index", "byte", "count", "frames",
    "least", "low", "high", "alloc", "start", "length", "value_size", "target", "first", "offset", "opcode",
    "code",
}  # fmt: skip
NAMES = {
    (rule.message, rule.what): kebab(name) for table in (CORE_RULES, RULES) for name, rule in table.items()
}
"""Rules that say the same are one kind."""
ROWS = {**RULES, **CORE_RULES}
CATEGORIES = {*(str(one) for one in Category), "unsupported"}


def details(*templates: str) -> dict[str, int | str]:
    """Something for every field of the templates."""
    names = {name for template in templates for name in fields(template)}
    return {name: 2 if name in NUMBERS else f"<{name}>" for name in names}


def program() -> Program:
    found = assemble("\n".join(LINES)).program
    assert found is not None
    return found


@pytest.fixture(scope="module")
def trail() -> Trail:
    found = Trail()
    verify(program(), Options(), found)
    return found


def check(about: Explanation) -> None:
    assert about.category in CATEGORIES
    for text in (about.title, about.fix, about.problem, about.reason, about.suggestion):
        assert text.strip(), about.kind
        assert "{" not in text
        assert "None" not in text
    covered = {at for note in about.notes for at in range(note.start, note.end)}
    for match in NUMBER.finditer(about.kernel):
        assert covered.issuperset(range(*match.span())), (about.kernel, match[0])


@pytest.mark.parametrize("rule", ROWS.values(), ids=ROWS)
def test_every_rule_of_the_walk_is_explained(rule: Rule, trail: Trail) -> None:
    given = details(rule.message, rule.what, rule.hint)
    given.pop("pc", None)
    broken = of_walk(program(), Rejected(rule, 0, **given))
    assert broken.kind == NAMES[rule.message, rule.what]
    check(told(Scene(broken, Names(program(), LINES), Options(), trail.path[:1])))
    check(told(Scene(broken, Names(program(), LINES), Options())))


@pytest.mark.parametrize("kind", Kind, ids=str)
def test_every_rule_of_structure_is_explained(kind: Kind) -> None:
    rule = STRUCTURE[kind]
    given = details(rule.message, rule.what, rule.hint)
    given.pop("pc", None)
    broken = of_structure(Rejection(kind, 0, tuple(given.items())))
    assert broken.kind == str(kind)
    check(told(Scene(broken, Names(program(), LINES), Options())))


@pytest.mark.parametrize("rule", ROWS.values(), ids=ROWS)
def test_templates_can_be_read(rule: Rule) -> None:
    for template in (rule.message, rule.what, rule.hint):
        assert all(field is None or field.isidentifier() for _, field, _, _ in Formatter().parse(template))
