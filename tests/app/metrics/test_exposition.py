"""Whatever there is to say, Prometheus' own parser reads back from the scrape what was gathered."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from app.metrics.exposition import exposition, lines
from app.metrics.families import Family, Histogram, Sample
from app.metrics.rules import Buckets, Kind, Metric

letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
names = st.text(letters, min_size=1, max_size=12).map(lambda text: f"m_{text}x")
label_names = st.lists(st.text(letters, min_size=1, max_size=8).map("l{}".format), max_size=3, unique=True)
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.integers(0, 2**64 - 1)


@st.composite
def families(draw: st.DrawFn) -> Family:
    kind = draw(st.sampled_from(Kind))
    name = draw(names) + ("_total" if kind is Kind.COUNTER else "")
    labels = draw(label_names)
    metric = Metric(
        name=name,
        help=draw(anything.filter(bool)),
        type=kind,
        map="m",
        labels=dict.fromkeys(labels, "key"),
        buckets=Buckets() if kind is Kind.HISTOGRAM else None,
    )
    texts = draw(st.lists(st.tuples(*(anything for _ in labels)), max_size=4, unique=True))
    if kind is not Kind.HISTOGRAM:
        return Family(metric, tuple(Sample(one, draw(numbers), ()) for one in texts), (), 9)
    return Family(metric, (), tuple(draw(histograms(one)) for one in texts), 9)


@st.composite
def histograms(draw: st.DrawFn, labels: tuple[str, ...]) -> Histogram:
    counts = sorted(draw(st.lists(st.integers(0, 2**50), min_size=3, max_size=3)))
    total = draw(st.none() | st.floats(0, 1e12))
    return Histogram(labels, tuple(zip((0.5, 8e-6 + 1, inf), counts, strict=True)), total, ())


def wanted(family: Family) -> set[tuple[str, frozenset[tuple[str, str]], float]]:
    name, keys = family.metric.name, tuple(family.metric.labels)
    found = set()
    for sample in family.samples:
        found.add((name, frozenset(zip(keys, sample.labels, strict=True)), float(sample.value)))
    for one in family.histograms:
        own = frozenset(zip(keys, one.labels, strict=True))
        bounds = ((0.5, "0.5"), (8e-6 + 1, "1.000008"), (inf, "+Inf"))
        for (_, text), (_, count) in zip(bounds, one.counts, strict=True):
            found.add((f"{name}_bucket", own | {("le", text)}, float(count)))
        found.add((f"{name}_count", own, float(one.counts[-1][1])))
        if one.total is not None:
            found.add((f"{name}_sum", own, one.total))
    return found


@given(families())
def test_prometheus_reads_back_what_was_gathered(family: Family) -> None:
    (parsed,) = text_string_to_metric_families(exposition([family]))
    assert parsed.type == family.metric.type
    samples = {(one.name, frozenset(one.labels.items()), float(one.value)) for one in parsed.samples}
    assert samples == wanted(family)


@given(families())
def test_every_sample_is_a_line_that_names_its_series(family: Family) -> None:
    every = list(lines(family))
    assert exposition([family]) == "".join(f"{line}\n" for line in every)
    assert all("\n" not in str(line) for line in every)
    numbers = [line.series for line in every if line.series is not None]
    assert sorted(set(numbers)) == list(range(len(family.samples) + len(family.histograms)))
