"""``metrics``: what a scrape of the learner's rules says."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from app.grading.case import Case, Miss, shortened
from app.grading.judges.numbers import told
from app.lessons.schema.expect import About, MetricsExpect
from app.metrics.exposition import lines
from app.metrics.families import Family, gather
from app.metrics.read import Read, read
from vm.kernel.contents import contents_of
from vm.source import HookscopeError, did_you_mean

_SAMPLE: Final = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?")
_LABEL: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
Samples = Mapping[str, float]


def metrics(expected: MetricsExpect, case: Case) -> Miss | None:
    """Families with their types, samples, and whether all of them are what the solution's rules say."""
    name, text = _rules(case.subject.answer.documents)
    told_of = read(text, case.subject.maps.values())
    if told_of.diagnostics:
        first = told_of.diagnostics[0]
        where = f"{name}, line {first.span.line}: " if first.span is not None else f"{name}: "
        return Miss(
            f"{where}{first.message}" + (f"; {first.hint}" if first.hint else ""), "rules", first.code
        )
    families = _families(told_of, case)
    return next((miss for miss in _misses(expected, families, case) if miss is not None), None)


def _rules(documents: Mapping[str, str]) -> tuple[str, str]:
    if not documents:
        raise HookscopeError.of(
            "no-rules", "the lesson has no rules to be graded", "name them under `documents`"
        )
    return next(iter(documents.items()))


def _families(rules: Read, case: Case) -> list[Family]:
    found = list(case.seen.maps.values())
    entries = {made.spec.name: one for made, one in zip(found, contents_of(found), strict=True)}
    return gather(rules.bound, entries)


def _misses(expected: MetricsExpect, families: list[Family], case: Case) -> Iterator[Miss | None]:
    types = {family.metric.name: family.metric.type.value for family in families}
    for name, kind in expected.families.items():
        if types.get(name) != kind:
            got = types.get(name, "not there")
            hint = did_you_mean(name, types) if name not in types else None
            yield Miss(f"{name} should be a {kind}, and is {got}" + (f"; {hint}" if hint else ""), kind, got)
    samples = samples_of(families)
    for text, wanted in expected.samples.items():
        yield _sample(samples, text, wanted)
    if expected.equals_maps:
        yield _as_solution(samples, case)


def samples_of(families: list[Family]) -> Samples:
    """All samples, by name and labels in a fixed order."""
    return {
        canonical(line.text): float(line.value) for family in families for line in lines(family) if line.value
    }


def canonical(text: str) -> str:
    """``name{a="1",b="2"}`` with its labels in order; raises HookscopeError for what is no sample."""
    found = _SAMPLE.fullmatch(text.strip())
    if found is None:
        raise HookscopeError.of(
            "bad-sample", f"`{text[:60]}` names no sample", 'write it as syn_total{source="203.0.113.7"}'
        )
    labels = sorted(_LABEL.findall(found[2] or ""))
    return found[1] + "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}"


def _sample(samples: Samples, text: str, wanted: float | About) -> Miss | None:
    got = samples.get(canonical(text))
    expected = told(wanted) if isinstance(wanted, About) else f"{wanted:g}"
    if got is None:
        known = shortened(", ".join(list(samples)[:4]) or "nothing")
        return Miss(f"the scrape has no {text}; it has {known}", expected, "not there")
    right = _within(got, wanted) if isinstance(wanted, About) else abs(got - wanted) <= 1e-9 * abs(wanted)
    return None if right else Miss(f"{text} is {got:g}, where {expected} is right", expected, f"{got:g}")


def _within(got: float, wanted: About) -> bool:
    if wanted.at_least is not None and got < wanted.at_least:
        return False
    if wanted.at_most is not None and got > wanted.at_most:
        return False
    return wanted.about is None or abs(got - wanted.about) <= wanted.within


def _as_solution(samples: Samples, case: Case) -> Miss | None:
    _, text = _rules(case.solution.documents)
    right = samples_of(_families(read(text, case.subject.maps.values()), case))
    for name in sorted({*right, *samples}):
        if right.get(name) != samples.get(name):
            wanted, got = (f"{side[name]:g}" if name in side else "not there" for side in (right, samples))
            return Miss(f"{name} is {got}, where the map says {wanted}", wanted, got)
    return None
