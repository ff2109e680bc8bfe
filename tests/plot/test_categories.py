"""How pictures write bins: by their ends, in plain numbers."""

from typing import Any

import pandas as pd
import pytest

from pdkl.plot._categories import label_of_bin, labels_of

HOURS = pd.DatetimeIndex(["2024-01-01 00:00", "2024-01-01 12:00", "2024-01-03 00:00"])


@pytest.mark.parametrize(
    ("values", "edges", "expected"),
    [
        ([-1, 3, 12.5, 99], [0, 12.5, 50], ["below 0", "0 to 12.5", "12.5 to 50", "above 50"]),
        ([-5, -1, 0.5], [-10, -2.5, 1], ["-10 to -2.5", "-2.5 to 1"]),
        ([1e6, 3e7], [0, 2e6, 1e8], ["0 to 2,000,000", "2,000,000 to 100,000,000"]),
        ([1e-4, 3e-4], [0, 2e-4, 1e-3], ["0 to 0.0002", "0.0002 to 0.001"]),
        ([1e-9, 2e-9], [0, 1.5e-9, 1], ["0 to 1.5e-09", "1.5e-09 to 1"]),
        (
            [1_000_001, 1_000_003],
            [1_000_000, 1_000_002, 1_000_004],
            ["1,000,000 to 1,000,002", "1,000,002 to 1,000,004"],
        ),
        ([1, None, 7], [float("-inf"), 5, 9], ["below 5", "5 to 9", "(missing)"]),
        (HOURS, HOURS, ["2024-01-01 to 2024-01-01 12:00", "2024-01-01 12:00 to 2024-01-03"]),
        (
            pd.to_timedelta([1, 5], unit="h"),
            pd.to_timedelta([0, 3, 9], unit="h"),
            ["00:00:00 to 03:00:00", "03:00:00 to 09:00:00"],
        ),
    ],
)
def test_bins_are_written_by_their_ends(values: Any, edges: Any, expected: list[str]) -> None:
    data = pd.DataFrame({"x": values})
    result = data.info_theory.distribution("x", bins={"x": edges}, dropna=False)
    found = labels_of(result)
    assert sorted(found) == sorted(expected)
    # where only the text is known it says the same
    again = [label_of_bin(text) for text in result["category"].fillna("(missing)")]
    if not isinstance(edges, pd.Index):
        assert again == found


def test_a_bin_of_which_the_text_is_known() -> None:
    assert label_of_bin("[-3.004e+05, 5.749e+04)") == "-300,400 to 57,490"
    assert label_of_bin("plain") == "plain"
    assert len(label_of_bin(f"[{'a' * 30}, {'b' * 30})")) <= 36


def test_categories_that_are_no_bins_are_as_they_are() -> None:
    data = pd.DataFrame({"x": ["[0, 1)", "below 3", "b"]})
    assert sorted(labels_of(data.info_theory.distribution("x"))) == ["[0, 1)", "b", "below 3"]
