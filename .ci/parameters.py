"""What the public methods say of their keywords: the one table that docstrings are written from.

Each keyword has a wording for all methods, under "", or some for the methods named before it: a
method, a class, or one method of a class (in this order, the last that fits counts). A wording is
the type and the description, as numpydoc wants them. ``"x, y"`` describes two keywords at once,
where they stand side by side in a signature.

Change a text here, then run ``python .ci/write_docstrings.py``.
"""

from __future__ import annotations

LABEL = "label, optional"
LABELS = "label or list of labels, optional"
# where a tuple may stand for several columns
ASKED = "label, tuple of labels, or list of these"
TOGETHER = "A tuple that is no column's name is these columns together."
BY = "label, pandas.Grouper, pdkl.Rolling or list of these, optional"
APART = "label, pandas.Grouper or list of these, optional"
BINS = "int, str, sequence of edges, or mapping of these by column"
BINNING = '{"quantile", "width"}, optional'
ALPHABET = '{"observed", "declared"} or int'
ZEROS = '{"inf", "raise", "drop"} or float in (0, 1)'
BY_COLUMN = "or mapping of these by column"
MEASURE = "str, (str, order) or Measure"
CLIP = "float in [0, 0.5)"

PARAMETERS: dict[str, dict[str, tuple[str, str]]] = {
    # ---- what is measured ---------------------------------------------------------------------
    "columns": {
        "": (f"{ASKED}, optional", f"The columns to measure. {TOGETHER}"),
        "distribution": (f"{ASKED}, optional", f"The columns to show. {TOGETHER}"),
        "drift, report": (
            f"{ASKED}, optional",
            f"The columns to compare. {TOGETHER} None means every column of either frame, whatever "
            "its kind, outside ``by``, ``weights`` and ``blocks``; with shares, the columns that "
            "have some.",
        ),
        "explain": (
            f"{ASKED}, optional",
            "The columns to explain the change by; with ``by``, those to explain one by one. "
            f"{TOGETHER} None means every column outside ``by`` and ``weights``, but for "
            "identifiers and clocks.",
        ),
        "changes": (
            f"{ASKED}, optional",
            f"The columns to look at, each on its own. {TOGETHER} None means every column outside "
            "``by`` and ``weights``, but for identifiers.",
        ),
        "total_correlation": (
            LABELS,
            "The columns that are looked at together, two at least.",
        ),
        "weight_of_evidence": (
            LABELS,
            "The columns whose categories are weighed. None means every string, categorical, "
            "boolean and object column outside ``by``, ``weights`` and ``target``, and those that "
            "``bins`` names.",
        ),
        "profile": (
            LABELS,
            "The columns to count; missing values are counted apart. None means all outside ``by`` "
            "and ``weights``.",
        ),
    },
    "exclude": {
        "": (
            LABELS,
            "The columns to leave out: of all where none is named, else of those that are.",
        ),
    },
    "joint": {
        "": (
            "bool",
            "Whether to measure all columns together, as if they stood in one tuple: one row per "
            'group, ``column`` being "a, b". A row that lacks one of the values is missing.',
        ),
    },
    "p": {"": (f"{ASKED}, optional", f"The columns to measure. {TOGETHER}")},
    "q": {
        "": (
            f"{ASKED}, optional",
            "The columns to compare them with, one for each of ``p``, or one for all.",
        ),
    },
    "x, y": {
        "": (
            f"{ASKED}, optional",
            "The columns: lists are paired, and one column meets each of a list. Without ``y``, "
            "each of ``x`` with every other string, categorical, boolean and object column; "
            f"without both, all pairs of these. {TOGETHER}",
        ),
        "mutual_information": (
            f"{ASKED}, optional",
            "The columns: lists are paired, and one column meets each of a list. Without ``y``, "
            "each of ``x`` with every other string, categorical, boolean and object column; "
            "without ``x``, every such column with each target ``y``, those that tell most first; "
            f"without both, all pairs of these. {TOGETHER}",
        ),
        "interaction_information, pointwise_information": (
            "label or list of labels",
            "The columns, paired.",
        ),
    },
    "x": {"": (ASKED, f"The columns that are uncertain. {TOGETHER}")},
    "given": {
        "": (
            "label, tuple or list of labels, optional",
            "A third column that is known, or several together.",
        ),
        "conditional_entropy": (
            ASKED,
            "The columns that are known, one for each of ``x``, or one for all. Several that are "
            "known together stand in a tuple.",
        ),
        "interaction_information": (
            "label or list of labels",
            "The third column; several are known together.",
        ),
        "SeriesInfoTheory": ("Series", "Raw values with the same index."),
    },
    "event": {
        "": (
            "scalar or list of these",
            "The value of ``target`` that is the event, such as a default; of a list each is. All "
            "other values are no event.",
        ),
    },
    "target": {
        "weight_of_evidence": (
            "label",
            "The column that tells events from others, value by value. Rows that lack it are "
            "neither; they are counted in ``n_missing``.",
        ),
        "binary_cross_entropy": (
            "label",
            "A column of 0 and 1, of booleans, or of probabilities (a soft target).",
        ),
        "categorical_cross_entropy": ("label", "The column of true labels, of any dtype."),
    },
    "prediction": {
        "": (
            "label or list of labels",
            "The column of the predicted probability of 1; several give a row each.",
        ),
    },
    "predictions": {
        "": (
            "mapping {label: column}",
            "The column of the predicted probability of each label. In each complete row they "
            "must sum to 1, to within 1e-6.",
        ),
    },
    "other": {
        "": ("Series or mapping {category: weight}", "Raw values, or a fixed distribution."),
        "mutual_information": ("Series", "Raw values with the same index."),
    },
    "measures": {
        "": (
            "iterable of str, (str, order) or Measure",
            'Names of `pdkl.measures`, such as ``"psi"``; with an order where it takes one, such '
            'as ``("renyi_divergence", 2)``, whose column is ``renyi_divergence(2)``; or records '
            "of your own.",
        ),
        "diversity": (
            "iterable of str, (str, order) or Measure",
            "Names of `pdkl.measures` that are one-sided; with an order where it takes one, such "
            'as ``("hill_number", 2)``, whose column is ``hill_number(2)``; or records of your '
            "own.",
        ),
    },
    "measure": {
        "contributions": (
            MEASURE,
            "Whose terms to show: a name of `pdkl.measures`, with an order where it has one, or a "
            "record of your own.",
        ),
        "divergence": (
            MEASURE,
            "A name of `pdkl.measures`, with an order where it takes one, or a record of your own.",
        ),
        "diversity": (
            MEASURE,
            "A name of `pdkl.measures` that is one-sided, with an order where it takes one, or a "
            "record of your own.",
        ),
        "drift, report": (
            f"{MEASURE}, {BY_COLUMN}",
            'What the status goes by: a name of `pdkl.measures`, such as ``"psi"``, with an order '
            "where it has one, or a record of your own. It must be 0 where nothing differs. A "
            'mapping leaves ``"js_distance"`` to the columns that it does not name, and a measure '
            "of ordered values for all columns to those that are not of the kind *ordered*.",
        ),
        "explain": (
            '{"js_divergence", "kl_divergence"}',
            "The divergence that is split. The columns are chosen by JS in either case: KL is "
            "infinite wherever a combination is new.",
        ),
        "changes": (
            MEASURE,
            "How far a stretch is from the one before: a name of `pdkl.measures`, with an order "
            "where it has one, or a record of your own. It must be 0 where nothing differs. Where "
            "the cuts are does not depend on it.",
        ),
    },
    "normalized": {
        "": (
            '{"min", "max", "mean", "sqrt", "joint", "x", "y"}, optional',
            "Divide by the minimum, maximum, mean or geometric mean of H(X) and H(Y), by H(X, Y), "
            'or by one of them: ``"x"`` gives Theil\'s uncertainty coefficient U(X | Y), the share '
            "of what is uncertain in x that y resolves. The result is in [0, 1]; it is NaN where "
            "the divisor is 0, as for a constant: there is nothing to tell.",
        ),
        "SeriesInfoTheory": (
            '{"min", "max", "mean", "sqrt", "joint", "x", "y"}, optional',
            "What to divide by, as in `InfoTheory.mutual_information`.",
        ),
    },
    "correct": {
        "": (
            "bool",
            "Whether what chance alone gives is taken from the information and from what it is "
            "divided by: (I - E I) / (norm - E I), which is 0 on average where nothing depends on "
            'anything, and 1 at most. It needs ``normalized``, other than ``"joint"``: ``"max"`` '
            'gives adjusted mutual information as in Vinh, Epps and Bailey (2010), ``"mean"`` '
            "that of scikit-learn by default. NaN where chance gives all of the norm.",
        ),
        "SeriesInfoTheory": (
            "bool",
            "Whether what chance alone gives is taken from both, as in "
            "`InfoTheory.mutual_information`; it needs ``normalized``.",
        ),
    },
    # ---- in which groups, compared with what --------------------------------------------------
    "by": {
        "": (
            BY,
            "What makes the groups; of a `pdkl.Rolling`, windows that overlap.",
        ),
        "explain": (APART, "What makes the segments; both sides must have it."),
        "profile": (
            APART,
            "What makes the groups. Questions can leave keys out later, but add none. Of a Grouper "
            "the times are kept as it cuts them.",
        ),
        "report": (
            BY,
            "What makes the segments. Where a key is a time, the page draws the scores over it, "
            "that of a `pdkl.Rolling` being the end of each window; where the last key is, it says "
            "when columns changed.",
        ),
        "changes": (
            BY,
            "What makes the periods: its last key is the time, a `pandas.Grouper` or any column "
            "that can be sorted. The keys before it make groups, each with a history of its own.",
        ),
    },
    "reference": {
        "": (
            "DataFrame, mapping or group label, optional",
            "What P is compared with, where it is not a column.",
        ),
        "drift, report": (
            "DataFrame or mapping {column: {category: weight}}, optional",
            "The rows that today's are compared with, or the shares that are expected: a fixed "
            "distribution, believed exactly. A category None is the share of missing values.",
        ),
        "explain": ("DataFrame", "The rows to compare with, Q; those of the frame are P."),
    },
    "against": {
        "": (
            '{"rest", "all", "pairs", "previous", "uniform"}, optional',
            "Which rows of the frame, or which fixed distribution, P is compared with.",
        ),
    },
    "window": {
        "": (
            "int of at least 1, optional",
            'With ``against="previous"``: how many of the groups before are Q together, 1 by '
            "default.",
        ),
        "drift, report": (
            "int of at least 1, optional",
            "In place of ``reference``: compare each period, which is the last key of ``by``, with "
            "so many before it that occur, pooled; the other keys being equal.",
        ),
    },
    "match": {
        "": (
            "bool, optional",
            "Whether a reference frame is matched group to group; None means yes where it has all "
            "keys and none is a Grouper. Otherwise all of it stands for every group.",
        ),
    },
    # ---- how rows are counted -----------------------------------------------------------------
    "weights": {
        "": (LABEL, "The column of row weights or counts."),
        "drift, report": (
            LABEL,
            "The column of counts: of how many rows each row stands for, on both sides. Weights "
            "that are no whole numbers are scored, but not tested.",
        ),
        "explain": (
            LABEL,
            "The column of counts: of how many rows each row stands for, on both sides; whole "
            "numbers.",
        ),
        "profile": (
            LABEL,
            "The column of row weights or counts. Later questions need not name it.",
        ),
    },
    "dropna": {
        "": ("bool", "Whether missing values are left out, or a category."),
        "weight_of_evidence": (
            "bool",
            "Whether rows that lack a value of the column are left out, and counted in "
            "``n_missing``. By default missing is a category, as credit scoring has it.",
        ),
        "mutual_information, conditional_entropy, variation_of_information, total_correlation, "
        "interaction_information, pointwise_information": (
            "bool",
            "Whether a row that lacks one of the values is left out, or missing is a category.",
        ),
        "drift, report": (
            "bool",
            "Whether missing values are left out. By default they are a category like others, so "
            "that a column that went missing is seen.",
        ),
        "explain": (
            "bool",
            "Whether rows that lack a value are left out (without ``by``, a value in any of the "
            "columns). By default missing is a category, as values that go missing are a change.",
        ),
        "changes": (
            "bool",
            "Whether missing values are left out. By default they are a category like others, as "
            "values that go missing are a change.",
        ),
    },
    "bins": {
        "": (
            f"{BINS}, optional",
            "How columns of numbers, times and durations are cut into categories.",
        ),
        "drift, report": (
            f"{BINS}, optional",
            "How numbers, times and durations are cut. By default into a bin for every ten rows "
            "of the reference, from 2 to 10. A mapping cuts its columns whatever they hold, and "
            "leaves the others at the default; anything else cuts all numbers and times. Beside "
            "shares they are cut at edges alone, and else compared value by value.",
        ),
        "explain": (
            f"{BINS}, optional",
            "How numbers, times and durations are cut. By default into a bin for every ten rows "
            "of the reference, from 2 to 10. A mapping cuts its columns whatever they hold, and "
            "leaves the others at the default; anything else cuts all numbers and times.",
        ),
        "changes": (
            f"{BINS}, optional",
            "How numbers, times and durations are cut, by all rows together. By default into a bin "
            "for every ten rows, from 2 to 10, and one for a smallest or largest value that stands "
            "out, as -1 may. A mapping cuts its columns whatever they hold, and leaves the others "
            "at the default; anything else cuts all numbers and times.",
        ),
        "profile": (
            "int, str, sequence of edges, mapping of these by column, or Profile, optional",
            "How columns of numbers, times and durations are cut into categories, all of them or "
            "those that are named. Those of another profile are cut, or rounded, at the same "
            "places, so that both can be added.",
        ),
    },
    "kinds": {
        "": (
            'mapping of {"categorical", "ordered", "identifier", "clock"} by column, optional',
            "What columns are, where their values do not tell.",
        ),
    },
    "binning": {
        "": (
            BINNING,
            "Whether a number of bins have equal shares, as by default, or equal widths.",
        ),
        "entropy, diversity, distribution": (
            BINNING,
            "Whether a number of bins have equal shares, or equal widths, as by default.",
        ),
    },
    "max_categories": {
        "": (
            "int, optional",
            "Keep so many categories of each column, and lump the others together, as "
            "`Profile.fold` does; numbers and times stay. They show as ``(other)``. A comparison "
            "then lumps them on its other side too, which makes a divergence smaller, never "
            "larger; a category that is new is among them, so that ``unseen`` does not tell of it. "
            '``attrs["pdkl"]["folded"]`` of a result has the number of categories that the profile '
            "has lumped (that of two profiles is the larger), for each column where it has.",
        ),
    },
    # ---- how counts become a score ------------------------------------------------------------
    "base": {"": ('{"nat", "bit", "dit"} or number above 1', "The base of the logarithm.")},
    "alphabet": {
        "": (ALPHABET, 'The categories that smoothing and ``"uniform"`` reach.'),
        "entropy, SeriesInfoTheory": (ALPHABET, "The categories that smoothing reaches."),
        "distribution": (
            ALPHABET,
            '``"declared"`` also shows the levels of a categorical that do not occur.',
        ),
        "divergence": (
            ALPHABET,
            'The categories that smoothing, ``"uniform"`` and normalized_entropy reach.',
        ),
        "SeriesInfoTheory.divergence, SeriesInfoTheory.diversity, diversity": (
            ALPHABET,
            "The categories that smoothing and normalized_entropy reach.",
        ),
    },
    "zeros": {
        "": (ZEROS, "What a category does that P has and Q lacks."),
        "divergence": (
            ZEROS,
            "What a category does that is lacking on the side that a measure divides by: Q for "
            "KL, P for reverse_kl, either for jeffreys and psi.",
        ),
        "contributions": (
            ZEROS,
            "What a category does that P has and Q lacks; only for measures that divide by Q.",
        ),
        "drift, report": (
            ZEROS,
            "What a category does that is lacking on the side that a measure divides by, if "
            'nothing is added to it. With ``"raise"`` the row is an error.',
        ),
    },
    "smoothing": {
        "mutual_information": (
            '{"laplace", "jeffreys", "perks"} or number above 0, optional',
            "The pseudo-count of every cell of the table of x and y, in each value of ``given`` "
            "that occurs; perks is 1 over the number of cells. The information of that table is "
            "never below 0: it is mi.Dirichlet of R's package entropy.",
        ),
        "": (
            '{"laplace", "jeffreys", "perks"} or number above 0, optional',
            "The pseudo-count of every category of the alphabet.",
        ),
        "weight_of_evidence": (
            '{"laplace", "jeffreys", "perks"} or number above 0, optional',
            "The pseudo-count, in rows, that every category gets among events and among others. "
            "None adds nothing: a category that only one of them has is infinite then.",
        ),
        "drift, report": (
            '{"laplace", "jeffreys", "perks"} or number above 0, optional',
            "The pseudo-count of every category of the alphabet. None means 0.5 for columns whose "
            "measure can be infinite otherwise, as one new row in 100,000 must not decide, and "
            "none for the others.",
        ),
    },
    "estimator": {
        "": (
            "str",
            "How entropy is estimated from counts, a name of `pdkl.estimators`. All but "
            '``"plugin"`` correct the bias of small samples; some use the size of the alphabet.',
        ),
        "diversity": (
            "str",
            "How entropy is estimated from counts, a name of `pdkl.estimators`, where all measures "
            "follow from it: entropy, perplexity, normalized_entropy and order 1. All but "
            '``"plugin"`` correct the bias of small samples; some use the size of the alphabet, '
            "and some may leave the bounds of the measure.",
        ),
        "mutual_information, conditional_entropy, variation_of_information, total_correlation, "
        "interaction_information": (
            "str",
            "How the entropies that it is made of are estimated, a name of `pdkl.estimators`. "
            'Others than ``"plugin"`` may give values below 0.',
        ),
    },
    "clip": {
        "binary_cross_entropy": (
            CLIP,
            "Predictions are kept within [clip, 1 - clip]. 0 leaves them as they are.",
        ),
        "categorical_cross_entropy": (
            CLIP,
            "Predictions are kept within [clip, 1 - clip], without renormalising them. 0 leaves "
            "them as they are.",
        ),
    },
    # ---- how sure a score is ------------------------------------------------------------------
    "threshold": {
        "": (
            f"float of at least 0, {BY_COLUMN}, optional",
            "The excess from which on a difference is large, in the unit of the measure; 0.1 by "
            'default, and for the columns that a mapping does not name. ``"wasserstein"``, in '
            "the unit of the column, must have one.",
        ),
    },
    "alpha": {
        "": (
            f"float in (0, 1), {BY_COLUMN}",
            "The adjusted p-value below which a difference is no accident; 0.05 for the columns "
            "that a mapping does not name.",
        ),
        "changes": (
            "float in (0, 1)",
            "The probability of a cut, in any column or group, where nothing changed.",
        ),
    },
    "season": {
        "": (
            '"auto", int or None',
            "How many periods make a rhythm that is no change and is taken out: by default 7 for "
            "days and 24 for hours, where it shows over three rounds.",
        ),
    },
    "anomalies": {
        "": (
            "int",
            "So many periods in a row, with the same distribution before and after, are one "
            "anomaly and no two changes; 0 for none.",
        ),
    },
    "phi": {
        "": (
            "float of at least 1, optional",
            "How many times noisier the counts of the median period are than those of independent "
            "rows. By default it is estimated from periods that stand side by side.",
        ),
    },
    "block": {
        "": (
            "int, optional",
            "Blocks of so many periods also say how noisy they are, so that what wanders is no row "
            "of changes: by default 7, or 1 (none) where there are fewer than 35. Changes that "
            "follow each other within some 15 periods are found with ``block=1``.",
        ),
    },
    "max_drifted": {
        "": (
            "float in [0, 1]",
            "Let the report pass where no more than this share of the rows that are drift, unsure "
            "or ok drift.",
        ),
    },
    "confidence": {
        "": (
            "float in (0, 1), optional",
            "Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.",
        ),
    },
    "test": {
        "": (
            'bool or "permutation"',
            "Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and "
            "``p_adjusted``. Rows of a `pdkl.Rolling` overlap; what that means is said there.",
        ),
    },
    "blocks": {
        "": (
            LABEL,
            "A column whose values say which rows move together when a comparison is drawn again.",
        ),
        "drift, report": (
            LABEL,
            "A column whose values say which rows move together when a comparison is drawn again. "
            "Where rows come in bunches the p-values are far too small without it.",
        ),
    },
    "n_resamples": {
        "": (
            "int, optional",
            "Draw each comparison again so many times, in place of the closed form. What has none "
            "is drawn 199 times by default.",
        ),
        "drift, report": (
            "int, optional",
            "Draw each row again so many times, in place of the closed form. What has none, as "
            "with ``blocks``, is drawn 199 times by default. Rows of very many categories are "
            "drawn less often, some four million cells in all, but never below 19 times.",
        ),
        "explain": (
            "int, optional",
            "Draw each part again so many times, in place of the closed form.",
        ),
        "mutual_information, conditional_entropy, variation_of_information": (
            "int, optional",
            "Draw each table again so many times, in place of the closed form. The interval of a "
            "share (``normalized``) has none, and is drawn 199 times by default.",
        ),
    },
    "rng": {
        "": (
            "int or numpy.random.Generator, optional",
            "The seed of draws, which is of no matter to a closed form.",
        ),
    },
    "progress": {"": ("bool", "Whether long work shows a bar, where rich is installed.")},
    # ---- what a report shows ------------------------------------------------------------------
    "title": {
        "": (
            "str, optional",
            'What the page, its heading in Markdown and in a notebook are called; "Drift report" '
            "by default. It is shown as it is, whatever ``redact`` hides.",
        ),
    },
    "names": {
        "": (
            "pair of str, optional",
            'What data and reference are called, as in ``("June", "May")``. By default after the '
            "files that they are read from, as by `pdkl.scan`, else, and with ``redact``, as "
            'values may be in their names, "data" and "reference". Not with ``window``.',
        ),
    },
    "redact": {
        "": (
            "bool",
            "Whether category values, segment keys and bin edges are replaced by numbers, as in "
            '"category 1" and "segment 2", in every form of the report and in its frames. Of what '
            "goes wrong, in a row or in the call, only the kind and the columns are told. Column "
            "names stay. Figures and histograms of numbers and times are left out.",
        ),
    },
    "min_count": {
        "": (
            "int, optional",
            "Fold categories with fewer rows than this on either side (none at all is not few) "
            'into "(other)", few missing values too, and compute everything from what is left. The '
            "next rarest are folded with them where a count could be told otherwise, and how many "
            "there are is not told. Groups with fewer rows on a side, or two, are not scored. No "
            "count of a category from 1 to below this can then be told from the report. That is "
            "promised of one report: the difference of two may tell more. Figures and histograms "
            "of numbers and times are left out.",
        ),
    },
}
