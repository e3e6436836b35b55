"""Places in a text and what is said of them."""

from vm.source import Diagnostic, HookscopeError, Severity, Span, closest, did_you_mean


def test_a_span_to_another() -> None:
    assert Span(3, 4, 8).to(Span(3, 12, 15)) == Span(3, 4, 15)
    assert Span(3, 4, 20).to(Span(3, 12, 15)) == Span(3, 4, 20)


def test_spans_are_in_the_order_of_the_text() -> None:
    assert sorted([Span(2, 0, 1), Span(1, 5, 6), Span(1, 2, 9)]) == [
        Span(1, 2, 9),
        Span(1, 5, 6),
        Span(2, 0, 1),
    ]


def test_a_diagnostic_as_one_line() -> None:
    assert (
        str(Diagnostic("x", "what is wrong", Span(2, 4, 5), "try this"))
        == "2:5: error: what is wrong (try this)"
    )
    assert str(Diagnostic("x", "beware", severity=Severity.WARNING)) == "warning: beware"


def test_an_error_carries_its_diagnostic() -> None:
    error = HookscopeError.of("code", "message", "hint")
    assert error.diagnostic == Diagnostic("code", "message", hint="hint")
    assert str(error) == "error: message (hint)"


def test_the_closest_word() -> None:
    known = ["xdp", "tc", "socket"]
    assert closest("sokcet", known) == "socket"
    assert closest("banana", known) is None
    assert did_you_mean("xpd", known) == "did you mean `xdp`?"
    assert did_you_mean("", known) is None
