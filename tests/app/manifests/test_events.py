"""Plain data out of YAML text, as people mean it."""

import pytest

from app.manifests.events import documents


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("52:54:00:12:34:56", "52:54:00:12:34:56"),
        ("1:30", "1:30"),
        ("0x1f", 31),
        ("12", 12),
        ("1.5", 1.5),
        ("yes", True),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_what_looks_like_an_address_is_text(text: str, means: object) -> None:
    assert documents(f"it: {text}\n")[0].data == {"it": means}
