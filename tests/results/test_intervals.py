"""How numbers, and intervals between them, are written for people."""

import pytest

from pdkl.results.intervals import in_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[-3.004e+05, 5.749e+04)", "-300,400 to 57,490"),
        ("[2024-01-01, 2024-01-08)", "2024-01-01 to 2024-01-08"),
        ("below -2.5", "below -2.5"),
        ("above 1e+06", "above 1,000,000"),
        ("[0, inf]", "above 0"),
        ("[1.234e+04, 2e-05)", "12,340 to 0.00002"),
        ("above 1e+30", "above 1e+30"),
        ("[2013, 2014]", "2013 to 2014"),
        (
            "[0 days 00:00:00.320628614, 3 days 00:01:00.500000)",
            "00:00:00.321 to 3 days 00:01:00.5",
        ),
        ("below 0 days 00:00:20", "below 00:00:20"),
        ("[0 days 00:00:20, 10 days 00:00:20]", "00:00:20 to 10 days 00:00:20"),
        ("above 200000 days 00:00:00.500000", "above 200000 days 00:00:00.5"),
        ("[-1 days +23:59:59.679371386, 0 days 00:00:00)", "-1 days +23:59:59.679 to 00:00:00"),
        # where milliseconds do not tell them apart, all digits do
        (
            "[0 days 00:00:00.000000300, 0 days 00:00:00.000010]",
            "00:00:00.0000003 to 00:00:00.00001",
        ),
        ("plain", "plain"),
        ("below average", "below average"),
        ("[]", "[]"),
        ("(missing)", "(missing)"),
    ],
)
def test_an_interval_is_written_by_its_ends(text: str, expected: str) -> None:
    assert in_words(text) == expected
