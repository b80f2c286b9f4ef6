"""Numbers as people write them."""

from __future__ import annotations

import pytest

from wavefact._words import listed, number_text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (3670.2, 3, "3670"),
        (244_700.0, 4, "244,700"),
        (0.79951, 4, "0.7995"),
        (12.0, 4, "12"),
        (99_999.6, 4, "100,000"),
        (9.9999e5, 4, "1\u00a0×\u00a010⁶"),
        (2.447e8, 4, "2.447\u00a0×\u00a010⁸"),
        (5e-7, 1, "5\u00a0×\u00a010⁻⁷"),
        (-0.25, 2, "−0.25"),
        (0.0, 4, "0"),
        (float("nan"), 4, "nan"),
    ],
)
def test_numbers_are_written_without_exponents(value: float, digits: int, text: str) -> None:
    assert number_text(value, digits) == text


def test_lists_are_written_as_in_a_sentence() -> None:
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
