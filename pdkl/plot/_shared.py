"""What the pictures share: reading the frame, writing labels, choosing colours."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pdkl.codes.labels import MISSING_TEXT
from pdkl.core.validation import listing, require_columns
from pdkl.results.palette import SERIES, SHADES, luminance
from pdkl.results.reading import (
    JUDGED,
    REFERENCE,
    beside,
    excess_of,
    infinity,
    is_drift,
    is_missing,
    is_numeric,
    is_root,
    judged_by,
    keys_of,
    scores_of,
    segments,
    unit_of,
)

if TYPE_CHECKING:
    from types import ModuleType

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.legend import Legend
    from numpy.typing import NDArray


LABEL_WIDTH = 28
_NARROW = 5.0  # inches of an axes that has no room for a legend beside it
POINTS = 72  # of an inch
GLYPH = 0.62  # the width of a character, in heights of the font
LEAST = 5.5  # points: below, a text cannot be read
_NAMES = 9.0  # points of the names of rows, where they have room
_SHORTEST = 12  # characters that are left of a name, at least
_WIDE = 4.0  # inches of a part of a figure that has room for whole names of rows
_NAMES_PART = 0.4  # of one that has not, what they may take
_TICKS = 10.0  # points of the numbers at an axis
_MOST_TEXT = 0.65  # the part of a scale that texts after bars may take
_NUMBER = 36.0  # points that a number beside a bar is wide, at most
_TITLE_GLYPH = 6.4  # points that a character of a title is wide, about
_JOINED = "\N{NO-BREAK SPACE}"
_ACRONYMS = ("js", "kl", "psi")
_NAMED_AFTER = {"kolmogorov_smirnov": "Kolmogorov-Smirnov"}
_REFERENCES = {  # what the frame says -> what a title does
    "frame": "the reference",
    "mapping": "given shares",
    "uniform": "equal shares",
    "previous": "the one before",
    "rest": "the rest",
    "pairs": "each other",
    "group": "one of them",
}
LEGEND = {"frameon": False, "fontsize": "small", "title_fontsize": "small"}
COLORS = tuple(one.either for one in SERIES)
BLUE, RED, GREEN = COLORS[:3]  # the data, the reference, what a category contributes


# ---- the frame ------------------------------------------------------------------------------


def require(
    result: Any, what: str, needed: Sequence[str], call: str, *, parameter: str = "result"
) -> pd.DataFrame:
    """Return ``result`` if it is a frame with rows and the ``needed`` columns."""
    if not isinstance(result, pd.DataFrame):
        raise TypeError(f"{parameter} must be a frame of {what}; got {type(result).__name__}.")
    lacking = [name for name in needed if name not in result.columns]
    if lacking:
        raise TypeError(f"{parameter} lacks the columns {listing(lacking)}; pass what {call} gave.")
    if not len(result):
        raise ValueError(f"{parameter} has no row to draw.")
    return result


def only_column(result: pd.DataFrame) -> str:
    """Return the name of the one column that ``result`` speaks of."""
    columns = list(result["column"].drop_duplicates())
    if len(columns) > 1:
        raise ValueError(
            f"result holds {len(columns)} columns, {listing(columns, most=5)}; the picture is for "
            f'one. Filter it first: result[result["column"] == {columns[0]!r}].'
        )
    return str(columns[0])


def score_of(result: pd.DataFrame, score: Any) -> str:
    """Return the column to draw: the one asked for, or the first measure of the frame."""
    names = list(result.columns)
    if score is not None:
        require_columns("score", [score], names, frame="result")
        if is_numeric(result[score]):
            return str(score)
        raise TypeError(f"score must name a column of numbers; {score!r} is {result[score].dtype}.")
    scores = scores_of(result)
    if not scores:
        raise TypeError(
            f"result has no score to draw among its columns {listing(names)}; pass what a method "
            "of df.info_theory gave."
        )
    return str(scores[0])


def values_of(result: pd.DataFrame, name: Hashable) -> NDArray[np.float64]:
    """Return a column as floats, what is missing as NaN."""
    return result[name].to_numpy(dtype=np.float64, na_value=math.nan)


def named_score(result: pd.DataFrame, score: str) -> str:
    """Name a score with its unit, if it has one."""
    measure, unit = excess_of(result, score), unit_of(result, score)
    text = f"{measure} in excess of noise" if measure else score
    return f"{text} ({unit})" if unit else text


def floor_of(result: pd.DataFrame, score: str) -> NDArray[np.float64]:
    """Return the noise floor in terms of the score that is drawn, NaN where none is known."""
    measure = excess_of(result, score)
    plain, _, name = beside(result, score)
    if name not in result.columns or (measure and plain not in result.columns):
        return np.full(len(result), np.nan)
    floor = values_of(result, name)
    if not measure:
        return floor
    # the excess is the score less its mean in noise; that of a root is the root of squares less
    # each other, with their sign
    raw, excess = values_of(result, plain), values_of(result, score)
    roots = [is_root(one) for one in (result["measure"] if is_drift(result) else [measure])]
    with np.errstate(invalid="ignore"):  # an infinite score has no known mean in noise
        squares = floor**2 - (raw**2 - np.sign(excess) * excess**2)
        of_root = np.sign(squares) * np.sqrt(np.abs(squares))
        return np.where(roots, of_root, floor - (raw - excess))


def numbered(keys: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Give equal rows one number, in the order of the frame; without keys there is one group."""
    if not keys.shape[1]:
        return keys.iloc[:1], np.zeros(len(keys), dtype=np.int64)
    codes = keys.groupby(list(keys.columns), dropna=False, sort=False, observed=True).ngroup()
    return keys.drop_duplicates(), np.asarray(codes, dtype=np.int64)


def measure_drawn(result: pd.DataFrame, score: str) -> str:
    """Name the measure that a column of scores is of, in words."""
    measure = excess_of(result, score)
    if not measure:
        measure = judged_by(result) if is_drift(result) and score in JUDGED else score
    return measure_words(measure)


def require_whole(
    share: float, group: str, said: str, left_out: str = "", *, parameter: str = "result"
) -> None:
    """Raise where rows of a group were left out: the shares of the others are not all of it."""
    if abs(share - 1.0) > 1e-6:
        where = f"in {group!r} " if group else ""
        top = f"; top= leaves out small {left_out}" if left_out else ""
        raise ValueError(
            f"{parameter} must hold whole groups: {where}{said} {share:.4g}, not to 1. Filter by "
            f"group only{top}."
        )


def require_room(
    n: int, most: int, what: str = "groups", *, advice: str = "Filter it first."
) -> None:
    """Raise where there are more of something than a figure can show."""
    if n > most:
        raise ValueError(f"result has {n} {what}, more than the {most} a figure can show. {advice}")


# ---- words ----------------------------------------------------------------------------------


def short(value: Any) -> str:
    """Write a label on one line, cut in the middle: ends often tell long labels apart."""
    if isinstance(value, str):
        text = " ".join(value.splitlines()) if value.strip() else repr(value)
    elif is_missing(value):
        text = MISSING_TEXT
    elif isinstance(value, pd.Timestamp) and value == value.normalize():
        text = value.strftime("%Y-%m-%d")
    else:
        text = str(value)
    return cut(text, LABEL_WIDTH)


def cut(text: str, width: int) -> str:
    """Cut a text in the middle, if it is longer."""
    if len(text) <= width:
        return text
    tail = width // 3
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def measure_words(measure: str) -> str:
    """Write the name of a measure as a title begins: "JS distance"."""
    first, *others = [part.upper() if part in _ACRONYMS else part for part in measure.split("_")]
    words = " ".join([first[:1].upper() + first[1:], *others])
    return _NAMED_AFTER.get(measure, words)


def by_keys(keys: Iterable[Any]) -> str:
    """Say in a title what makes the groups, if anything does."""
    names = ", ".join(map(short, keys))
    return f" by {names}" if names else ""


def against(reference: Any) -> str:
    """Say what groups are compared with, by what the frame has in ``reference``."""
    return _REFERENCES.get(reference, short(reference))


def key_and_value(key: Any, value: Any) -> str:
    """Write a key; texts and dates speak for themselves, a number or a missing key does not."""
    text = short(value)
    return text if isinstance(value, str | pd.Timestamp | pd.Period) else f"{short(key)} {text}"


def group_names(keys: pd.DataFrame) -> list[str]:
    """Name groups by the values of their keys; a single key is named at the axis."""
    if keys.shape[1] == 1:
        return [short(value) for value in keys.iloc[:, 0]]
    return segments(keys, key_and_value)


def both_keys(result: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    """Return the keys of the group, and those of the group that is Q."""
    names = list(result.columns)
    between = names[names.index("column") + 1 : names.index("category")]
    return keys_of(result), [name for name in between if name != "reference"]


def comparison(group: pd.DataFrame, *, has_q: bool = True) -> str:
    """Name the rows of one comparison: the column, the group and what it is compared with."""
    row, (keys, others) = group.iloc[0], both_keys(group)
    own = [short(row["column"]), *(key_and_value(key, row[key]) for key in keys)]
    reference = row.get("reference")
    if not has_q or reference is None:
        return ", ".join(own)
    # in a first group there is no previous one to name
    named = others and not (reference == "previous" and row[others].isna().all())
    other = ", ".join(key_and_value(key.removesuffix(REFERENCE), row[key]) for key in others)
    return f"{', '.join(own)} against {other if named else against(reference)}"


def number(value: float | np.floating[Any], form: str = "#.2g") -> str:
    """Write a value in two digits."""
    if math.isinf(value):
        return infinity(value)
    return "0" if value == 0 else f"{value:{form}}".rstrip(".")


def total_in(value: float, unit: str) -> str:
    """Write a total with its unit, which titles do not part from it."""
    return "NaN" if math.isnan(value) else f"{number(value, '#.3g')}{_JOINED}{unit}"


def rest_label(n: int) -> str:
    """Name the bar that sums up so many categories."""
    return f"other ({n})"


def arrow(value: float | np.floating[Any], edge: float) -> str:
    """Mark a bar that is cut off at the edge."""
    return "→ " if edge < value < math.inf else ""


def on_record(settings: dict[str, Any]) -> str:
    """Say in brackets how shares differ from those of the rows, if they do."""
    plain: dict[str, Any] = {"smoothing": None, "zeros": "inf"}
    changed = [
        f"{k}={settings[k]!r}" for k, usual in plain.items() if settings.get(k, usual) != usual
    ]
    return f" ({', '.join(changed)})" if changed else ""


# ---- options --------------------------------------------------------------------------------


def check_top(top: Any, most: float = math.inf, *, of: str = "categories") -> int:
    """Return ``top`` if it is a whole number that a picture can show."""
    if isinstance(top, bool) or not isinstance(top, int):
        raise TypeError(f"top must be a whole number of {of}; got {top!r}.")
    if top < 1:
        raise ValueError(f"top must be at least 1; got {top}.")
    if top > most:
        raise ValueError(f"top must be at most {most}, which is what a figure can show; got {top}.")
    return top


def check_ax(ax: Any) -> None:
    """Raise unless there is something to draw in: an Axes, or None and matplotlib."""
    if ax is None:
        load_pyplot()
    elif not hasattr(ax, "barh"):
        raise TypeError(f"ax must be a matplotlib Axes; got {type(ax).__name__}.")


# ---- the figure -----------------------------------------------------------------------------


def load_pyplot() -> ModuleType:
    """Import pyplot, or say what to install."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            "pdkl.plot needs matplotlib. Install it with: pip install 'pdkl[plot]'"
        ) from error
    return pyplot


def new_axes(width: float, height: float) -> Axes:
    """Return the axes of a new figure of this size in inches."""
    axes: Axes = load_pyplot().subplots(figsize=(width, height), layout="constrained")[1]
    return axes


def size_of(ax: Axes) -> tuple[float, float]:
    """Return the width and the height of an axes in inches, as it is now."""
    box, dpi = ax.get_window_extent(), ax.figure.dpi
    return box.width / dpi, box.height / dpi


def settle(ax: Axes) -> None:
    """Let the figure lay out its axes, if it does: only then it is known how wide they are."""
    figure = ax.figure.canvas.figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def entitle(ax: Axes, title: str, wide: float = 1.0, **look: Any) -> None:
    """Write a title over an axes, on as many lines as the width asks for.

    ``wide`` is how many times as wide as the axes the title may be.
    """
    most = max(20, int(wide * size_of(ax)[0] * POINTS / _TITLE_GLYPH))
    text = "\n".join(fill(line, most) for line in title.splitlines()).replace(_JOINED, " ")
    ax.set_title(text, fontsize="medium", parse_math=False, **look)  # data: a $ is no formula


def name_rows(ax: Axes, names: Sequence[str], places: Any = None) -> float:
    """Name rows in a font that fits; every second, third, … where none does.

    In a part of a figure that is not wide names are cut. Returns the points from one row to the
    next.
    """
    at = np.arange(len(names)) if places is None else places
    step = POINTS * size_of(ax)[1] / abs(float(np.subtract(*ax.get_ylim())))
    every = max(1, math.ceil((LEAST + 1) / step))
    points = min(_NAMES, max(LEAST, 0.8 * step * every))
    spec = ax.get_subplotspec()
    beside = 1 if spec is None else spec.get_topmost_subplotspec().get_gridspec().ncols
    part = ax.figure.bbox.width / ax.figure.dpi / beside
    labels = names[::every]
    if part < _WIDE:
        most = max(_SHORTEST, int(_NAMES_PART * part * POINTS / (GLYPH * points)))
        labels = [cut(name, most) for name in labels]
    ax.set_yticks(at[::every], labels=labels, fontsize=points, parse_math=False)
    return step


def room_beside(ax: Axes, low: float, high: float) -> tuple[float, float]:
    """Return the limits of a scale with room for a number beside the bars, at their ends."""
    sides = 1 + (low < 0)
    part = min(0.25, _NUMBER / (POINTS * size_of(ax)[0]))
    margin = part / (1 - sides * part) * (high - low)
    return low - margin if low < 0 else 0.0, high + margin


def room_after(
    ax: Axes, low: float, ends: Sequence[float], texts: Sequence[str], points: float
) -> float:
    """Return where a scale ends that has room for a text after each of the bars."""
    wide = size_of(ax)[0] * POINTS
    high = low
    for end, text in zip(ends, texts, strict=True):
        part = min(_MOST_TEXT, (GLYPH * points * len(text) + 6.0) / wide)
        high = max(high, low + (end - low) / (1.0 - part))
    return high


def spread_ticks(ax: Axes) -> None:
    """Write as many numbers along an axes as have room beside each other."""
    from matplotlib.ticker import MaxNLocator

    low, high = ax.get_xlim()
    wide = size_of(ax)[0] * POINTS
    ends: list[float] = []
    for most in range(6, 0, -1):
        ax.xaxis.set_major_locator(MaxNLocator(most))
        ticks = [tick for tick in ax.get_xticks() if low <= tick <= high]
        if len(ticks) < 2:
            continue
        texts = ax.xaxis.get_major_formatter().format_ticks(ticks)
        needed = GLYPH * _TICKS * (1.5 + max(map(len, texts)))
        if (ticks[1] - ticks[0]) / (high - low) * wide >= needed:
            return
        ends = [ticks[0], ticks[-1]]
        if (ends[1] - ends[0]) / (high - low) * wide < needed:
            ends = ends[1:]
    ax.set_xticks(ends)


def is_narrow(ax: Axes) -> bool:
    """Tell whether an axes has no room for a legend beside it."""
    return bool(size_of(ax)[0] < _NARROW)


def ink() -> Any:
    """Return the colour of text: black, or white in a dark style."""
    from matplotlib import rcParams

    return rcParams["text.color"]


def shades() -> Colormap:
    """Return the colours of a heat map, where more stands out more, for the ground of the style."""
    from matplotlib.colors import LinearSegmentedColormap

    ground = "dark" if brightness(ink()) > 0.5 else "light"
    colours = [getattr(shade, ground) for shade, _ in SHADES]
    return LinearSegmentedColormap.from_list("pdkl", colours)


def brightness(color: Any) -> float:
    """Return the relative luminance of a colour of matplotlib's, from 0 (black) to 1 (white)."""
    from matplotlib.colors import to_hex

    return luminance(to_hex(color))


def ink_on(color: Any) -> str:
    """Return black or white, whichever is easier to read on a colour."""
    # the contrast is (brighter + .05) / (darker + .05), equal for both at sqrt(.05 * 1.05) - .05
    return "black" if brightness(color) > 0.179 else "white"


def bar_edge(shares: NDArray[np.float64], together: float) -> float:
    """Return where bars end: that of "other" is cut off where it would dwarf the rest."""
    high = float(shares.max(initial=0.0)) or 1e-3
    return together if high < together < 1.5 * high else high


def packed(ax: Axes, parts: Iterable[str], between: str = "   ") -> str:
    """Write parts beside each other, on as many lines as the width of the axes asks for."""
    width = max(24, int(size_of(ax)[0] * 72 / 5.2))  # characters of the default font
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1] + between + part) <= width:
            lines[-1] += between + part
        else:
            lines.append(part)
    return f"{between.rstrip()}\n".join(lines)


def above_title(ax: Axes, lift: float = 0.0) -> dict[str, Any]:
    """Return where a legend stands above the title of an axes, which is so many points up."""
    pad = 1.2 + 1.4 * (1 + ax.get_title().count("\n")) + lift / 8.0  # in sizes of its font
    return {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "borderaxespad": pad}


def explain_lines(
    ax: Axes, handles: list[Any], names: list[str], title: str = "", *, lift: float = 0.0
) -> None:
    """Name lines or bars beside an axes, or above the title of a narrow one."""
    look: dict[str, Any] = dict(LEGEND)
    if not is_narrow(ax):
        look |= {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
    else:
        columns = max(1, int(size_of(ax)[0] * 72 / (5.2 * max(map(len, names)) + 40)))
        look |= above_title(ax, lift)
        look["ncols"] = min(columns, len(names))
    named(ax.legend(handles, ["."] * len(names), title=title or None, **look), names)


def named(legend: Legend, names: list[str]) -> None:
    """Write names into a legend; they are data: a $ is no formula, and a leading _ hides none."""
    legend.get_title().set_parse_math(False)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)
        text.set_parse_math(False)
