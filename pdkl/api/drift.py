"""Which columns differ from a reference: the public methods that judge."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.core.measures.measure import Measure
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.counting.kind_rules import Kind
    from pdkl.report.document import Report
    from pdkl.request.types import By, SmoothingRule, Zeros

    OneMeasure = str | tuple[str, float] | Measure


class DriftMethods(Data):
    """The methods of `InfoTheory` that say which columns differ."""

    def drift(
        self,
        reference: Any = None,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        window: int | None = None,
        measure: OneMeasure | Mapping[Hashable, OneMeasure] = "js_distance",
        threshold: float | Mapping[Hashable, float] | None = None,
        alpha: float | Mapping[Hashable, float] = 0.05,
        smoothing: SmoothingRule | None = None,
        zeros: Zeros = "inf",
        dropna: bool = False,
        bins: Any = None,
        kinds: dict[Any, Kind] | None = None,
        blocks: Hashable | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Say which columns differ from a reference: a row per group and column, with a status.

        Every column is counted on both sides, scored by js_distance (or another measure), and
        tested against what chance alone would give, in closed form: the same data have the same
        status, always. Drift is what is both large and no accident.

        Parameters
        ----------
        reference : DataFrame or mapping {column: {category: weight}}, optional
            The rows that today's are compared with, or the shares that are expected: a fixed
            distribution, believed exactly. A category None is the share of missing values.
        columns : label, tuple of labels, or list of these, optional
            The columns to compare. A tuple that is no column's name is these columns together. None
            means every column of either frame, whatever its kind, outside ``by``, ``weights`` and
            ``blocks``; with shares, the columns that have some.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        window : int of at least 1, optional
            In place of ``reference``: compare each period, which is the last key of ``by``, with so
            many before it that occur, pooled; the other keys being equal.
        measure : str, (str, order) or Measure, or mapping of these by column
            What the status goes by: a name of `pdkl.measures`, such as ``"psi"``, with an order
            where it has one, or a record of your own. It must be 0 where nothing differs. A mapping
            leaves ``"js_distance"`` to the columns that it does not name, and a measure of ordered
            values for all columns to those that are not of the kind *ordered*.
        threshold : float of at least 0, or mapping of these by column, optional
            The excess from which on a difference is large, in the unit of the measure; 0.1 by
            default, and for the columns that a mapping does not name. ``"wasserstein"``, in the
            unit of the column, must have one.
        alpha : float in (0, 1), or mapping of these by column
            The adjusted p-value below which a difference is no accident; 0.05 for the columns that
            a mapping does not name.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet. None means 0.5 for columns whose
            measure can be infinite otherwise, as one new row in 100,000 must not decide, and none
            for the others.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that is lacking on the side that a measure divides by, if nothing
            is added to it. With ``"raise"`` the row is an error.
        dropna : bool
            Whether missing values are left out. By default they are a category like others, so that
            a column that went missing is seen.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How numbers, times and durations are cut. By default into a bin for every ten rows of
            the reference, from 2 to 10. A mapping cuts its columns whatever they hold, and leaves
            the others at the default; anything else cuts all numbers and times. Beside shares they
            are cut at edges alone, and else compared value by value.
        kinds : mapping of {"categorical", "ordered", "identifier", "clock"} by column, optional
            What columns are, where their values do not tell.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
            Where rows come in bunches the p-values are far too small without it.
        match : bool, optional
            Whether a reference frame is matched group to group; None means yes where it has all
            keys and none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of counts: of how many rows each row stands for, on both sides. Weights that
            are no whole numbers are scored, but not tested.
        n_resamples : int, optional
            Draw each row again so many times, in place of the closed form. What has none, as with
            ``blocks``, is drawn 199 times by default. Rows of very many categories are drawn less
            often, some four million cells in all, but never below 19 times.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and column, the columns in the order of the frame, then those that the
            reference alone has: the keys of ``by``, then

            =========================== ============================================================
            ``column``                  str, the name
            ``status``                  str, see below
            ``measure``                 str, what the row goes by: js_distance, unless asked for
                                        otherwise
            ``score``                   float64, the value of the measure; js_distance is in bits:
                                        the root of js_divergence, in [0, 1]
            ``excess``                  float64, the part above what chance alone would give, as
                                        a root; negative where there is less than that
            ``noise_floor``             float64, what chance alone stays below with 95 %
            ``p_adjusted``              float64, by Benjamini and Hochberg over all rows that have a
                                        p-value and more than one category, also where those of
                                        a `pdkl.Rolling` overlap
            ``top_category``            str, the category that contributes most to js_divergence,
                                        as text; "(missing)" for the missing; none where none does
            ``top_contribution``        float64, its contribution in bits: the square of js_distance
                                        is the sum of all
            ``note``                    str, what was wrong or needs saying, else empty
            ``kind``                    str: categorical (value by value), ordered (in bins, or the
                                        levels in their order), identifier, clock (neither is
                                        scored), see below; missing in an error
            ``threshold``, ``alpha``    float64, what the row goes by
            ``n``, ``n_reference``      Int64, rows on either side; without the missing if
                                        ``dropna=True``; NA where they could not be counted, and of
                                        shares; float64 where weights are fractional
            ``missing``,                float64, the share of the rows without a value; NaN where a
            ``missing_reference``       side has no rows
            ``categories``              Int64, how many there are on both sides together; NA where
                                        the two sides were not compared
            ``new_categories``          Int64, how many of them only today's rows have
            ``gone_categories``         Int64, how many only the reference has
            ``unseen``, ``vanished``    float64, the share of today's rows in new categories, and of
                                        the reference's in gone ones
            ``out_of_range``            float64, the share of today's rows below or above all that
                                        the reference has; NaN for what is not in bins
            ``p_value``                 float64, of the G statistic; 1 where there is one category;
                                        of the score itself where that is of ordered values
            =========================== ============================================================

            ``attrs["pdkl"]`` holds the settings; its ``smoothing`` says what was added to the
            counts of which columns.

        Raises
        ------
        KeyError
            A column that is asked for is in neither frame; a key or the weights are not in one;
            ``kinds`` or ``bins`` names a column that is not compared.
        TypeError
            Not exactly one of ``reference`` and ``window``; a reference that is neither a frame
            nor the shares of columns; a keyword of the wrong kind.
        ValueError
            A keyword out of range; a kind that ``bins`` contradicts; a measure of a single
            distribution; no column at all; no group in common with the reference; weights that are
            not whole, with ``blocks`` or ``n_resamples``.

        Notes
        -----
        **Status**, by the first rule that holds:

        1. *error*: the column cannot be compared; ``note`` says why. The others are.
        2. *new*, *gone*: only today's data, or only the reference, have the column or the group;
           *skipped*: there is no period before to compare with, where ``window`` asks for some.
        3. *empty*: a side has no row, or none with a value where that is drift: then it is scored
           whether there is a value.
        4. *drift*: excess >= threshold and p_adjusted < alpha.
        5. *unsure*: excess >= threshold and p_value < alpha, but not p_adjusted: look at it, or
           bring more rows. It never fails a gate.
        6. *skipped*: an identifier or a clock; ``note`` says why, and how to compare its values.
        7. *ok*.

        What is *ok* or *unsure* with fewer than ten rows on a side has the note "too few rows to
        tell": hardly anything would be drift there.

        Fractional weights are not numbers of rows, and nothing is known of chance: the score alone
        decides, ``excess``, ``noise_floor`` and the p-values are NaN, and ``note`` says so.

        Measures such as psi are infinite where a category is new. ``smoothing`` keeps that from
        deciding; where the noise floor is infinite, as ``zeros="raise"`` may leave it, there is no
        excess and no drift.

        **What 0.1 means.** A category's share that moves from .5 to .617, or from .01 to .048, is a
        js_distance of .1 in bits; so is a category never seen before with 2 % of the rows, and
        about so a number that shifts by a quarter of a standard deviation. A share that goes from
        .10 to .17 stays below: where that matters, ``threshold={"status": 0.05}``.

        **Ordered values.** ``measure="kolmogorov_smirnov"``, ``"wasserstein_scaled"`` (in standard
        deviations of the reference) and ``"wasserstein"`` (in the unit of the column, seconds for
        times and durations, ranks for ordered levels) see the values themselves, and ignore
        ``bins``, ``smoothing`` and ``zeros``; categories, ``out_of_range`` and the top category
        are those of the bins as ever. Asked for all columns, they decide about those of the kind
        *ordered*, but for numbers among or in text; the others go by js_distance, as the column
        ``measure`` says, and by the same threshold, unless that is in the unit of a column. Asked
        for by the name of a column, they decide about any numbers, times or ordered levels, and
        what has no order is an error. So is a column whose values a profile has cut, lumped or
        rounded. A shift by a quarter of a standard deviation is about 0.1 of kolmogorov_smirnov, as
        of js_distance; 0.1 of wasserstein_scaled is one by a tenth.

        Missing values have no place in the order. Unless ``dropna=True``, whether there is a value
        is compared as well, by js_distance at its threshold; the row shows that, and a note says
        so, where it is large and no accident, and the other is neither large nor as sure. A row
        that asks both questions has its p-value doubled. The p-value of kolmogorov_smirnov is
        SciPy's (too large rather than too small where values repeat), that of others is drawn; so
        are noise floors and excesses, from the same seed in each call unless ``rng`` gives one.

        **Kinds** are settled once for both sides and all groups, from the values alone, by the
        first rule that holds; ``kinds`` says otherwise, and ``bins`` for a column makes it
        *ordered*.

        - *categorical*: truth values, unordered levels, constants; numbers with at most 20 values
          on both sides together, of which the reference has 5 rows each on average; other text.
        - *clock*: times of which today's median lies outside the middle 90 % of the reference's;
          whole numbers of ten digits or more, each once, all above those of the reference.
        - *identifier*: text with more than 20 values, where at least half of the rows on either
          side have a value of their own; whole numbers that are all different where chance would
          have repeated some, as 1, 2, 3, ...
        - *ordered*: all other numbers, times and durations; ordered levels; text that is numbers,
          as "4.20", but no codes of one width. Numbers among text are numbers, and each text beside
          them is a category, or all are "(text)" where there are more than 20.

        Clocks and identifiers are compared in what is missing; identifiers also in each value that
        at least 5 rows, and 1 % of the rows of the smaller side, hold on both sides together: a
        default that fills an id is drift.

        **Bins** are fitted to the reference: one for every ten rows, from 2 to 10. A value that
        holds the share of a bin, as 0 or a price may, has one of its own; the others are cut at
        their quantiles. What lies below and above the reference has a category each.

        **A history.** ``window=7`` compares each period of the last key of ``by`` with the seven
        before it that occur, or as many as there are, pooled, within the other keys; edges are
        fitted to all periods. ``<key>_reference`` columns, behind ``column``, are the keys of the
        earliest of them.

        Values are compared as they are, not by dtype: "a" of a categorical and of an object column
        are one category, so are 1 and 1.0. Strings against numbers are an error.

        References
        ----------
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory, 37(1), 145-151. Benjamini, Y. and Hochberg, Y. (1995). Controlling the
        false discovery rate. Journal of the Royal Statistical Society B, 57(1), 289-300.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> before = pd.DataFrame({"pay": ["card", "cash"] * 500, "age": [*range(20, 70)] * 20})
        >>> today = before.assign(age=before["age"].where(before["age"] > 24, -999))
        >>> result = today.info_theory.drift(before, rng=0)
        >>> result[["column", "status", "score", "kind", "out_of_range"]]
          column status     score         kind  out_of_range
        0    pay     ok  0.000000  categorical           NaN
        1    age  drift  0.316228       ordered          0.1
        >>> result["top_category"].iloc[1]
        'below 20'

        Against shares that are expected:

        >>> result = today.info_theory.drift({"pay": {"card": 0.7, "cash": 0.3}})
        >>> result[["column", "status", "score", "top_category"]].round(3)
          column status  score top_category
        0    pay  drift  0.174         cash
        """
        request = Request(
            method="drift",
            two_sided=True,
            columns=columns,
            exclude=exclude,
            by=by,
            reference=reference,
            against=None if window is None else "previous",
            window=window,
            match=match,
            weights=weights,
            base="bit",
            dropna=dropna,
            smoothing=smoothing,
            zeros=zeros,
            kinds=kinds,
            test=True,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses.drift import examine

        return examine.drift(
            self._data, request, measure=measure, threshold=threshold, alpha=alpha, bins=bins
        )

    def report(
        self,
        reference: Any = None,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        window: int | None = None,
        measure: OneMeasure | Mapping[Hashable, OneMeasure] = "js_distance",
        threshold: float | Mapping[Hashable, float] | None = None,
        alpha: float | Mapping[Hashable, float] = 0.05,
        smoothing: SmoothingRule | None = None,
        zeros: Zeros = "inf",
        max_drifted: float = 0.0,
        dropna: bool = False,
        bins: Any = None,
        kinds: dict[Any, Kind] | None = None,
        blocks: Hashable | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
        title: str | None = None,
        names: tuple[str, str] | None = None,
        redact: bool = False,
        min_count: int | None = None,
    ) -> Report:
        """Say which columns differ from a reference, and show why, on a page of its own.

        The rows are those of `drift`, with the same bins. Behind each stand its categories: counts
        and shares on both sides, and what each adds to the js_divergence.

        Parameters
        ----------
        reference : DataFrame or mapping {column: {category: weight}}, optional
            The rows that today's are compared with, or the shares that are expected: a fixed
            distribution, believed exactly. A category None is the share of missing values.
        columns : label, tuple of labels, or list of these, optional
            The columns to compare. A tuple that is no column's name is these columns together. None
            means every column of either frame, whatever its kind, outside ``by``, ``weights`` and
            ``blocks``; with shares, the columns that have some.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the segments. Where a key is a time, the page draws the scores over it, that
            of a `pdkl.Rolling` being the end of each window; where the last key is, it says when
            columns changed.
        window : int of at least 1, optional
            In place of ``reference``: compare each period, which is the last key of ``by``, with so
            many before it that occur, pooled; the other keys being equal.
        measure : str, (str, order) or Measure, or mapping of these by column
            What the status goes by: a name of `pdkl.measures`, such as ``"psi"``, with an order
            where it has one, or a record of your own. It must be 0 where nothing differs. A mapping
            leaves ``"js_distance"`` to the columns that it does not name, and a measure of ordered
            values for all columns to those that are not of the kind *ordered*.
        threshold : float of at least 0, or mapping of these by column, optional
            The excess from which on a difference is large, in the unit of the measure; 0.1 by
            default, and for the columns that a mapping does not name. ``"wasserstein"``, in the
            unit of the column, must have one.
        alpha : float in (0, 1), or mapping of these by column
            The adjusted p-value below which a difference is no accident; 0.05 for the columns that
            a mapping does not name.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet. None means 0.5 for columns whose
            measure can be infinite otherwise, as one new row in 100,000 must not decide, and none
            for the others.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that is lacking on the side that a measure divides by, if nothing
            is added to it. With ``"raise"`` the row is an error.
        max_drifted : float in [0, 1]
            Let the report pass where no more than this share of the rows that are drift, unsure or
            ok drift.
        dropna : bool
            Whether missing values are left out. By default they are a category like others, so that
            a column that went missing is seen.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How numbers, times and durations are cut. By default into a bin for every ten rows of
            the reference, from 2 to 10. A mapping cuts its columns whatever they hold, and leaves
            the others at the default; anything else cuts all numbers and times. Beside shares they
            are cut at edges alone, and else compared value by value.
        kinds : mapping of {"categorical", "ordered", "identifier", "clock"} by column, optional
            What columns are, where their values do not tell.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
            Where rows come in bunches the p-values are far too small without it.
        match : bool, optional
            Whether a reference frame is matched group to group; None means yes where it has all
            keys and none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of counts: of how many rows each row stands for, on both sides. Weights that
            are no whole numbers are scored, but not tested.
        n_resamples : int, optional
            Draw each row again so many times, in place of the closed form. What has none, as with
            ``blocks``, is drawn 199 times by default. Rows of very many categories are drawn less
            often, some four million cells in all, but never below 19 times.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.
        title : str, optional
            What the page, its heading in Markdown and in a notebook are called; "Drift report" by
            default. It is shown as it is, whatever ``redact`` hides.
        names : pair of str, optional
            What data and reference are called, as in ``("June", "May")``. By default after the
            files that they are read from, as by `pdkl.scan`, else, and with ``redact``, as values
            may be in their names, "data" and "reference". Not with ``window``.
        redact : bool
            Whether category values, segment keys and bin edges are replaced by numbers, as in
            "category 1" and "segment 2", in every form of the report and in its frames. Of what
            goes wrong, in a row or in the call, only the kind and the columns are told. Column
            names stay. Figures and histograms of numbers and times are left out.
        min_count : int, optional
            Fold categories with fewer rows than this on either side (none at all is not few) into
            "(other)", few missing values too, and compute everything from what is left. The next
            rarest are folded with them where a count could be told otherwise, and how many there
            are is not told. Groups with fewer rows on a side, or two, are not scored. No count of a
            category from 1 to below this can then be told from the report. That is promised of one
            report: the difference of two may tell more. Figures and histograms of numbers and times
            are left out.

        Returns
        -------
        Report
            ``frame``, ``categories``, ``numbers`` and ``times`` are tidy frames, and so is
            ``changes`` where the last key of ``by`` is a time; ``passed`` says whether all is well;
            `to_html`, `to_markdown`, `to_json`, `to_junit` and `to_csv` write it; `metrics` names
            its numbers.

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or the reference neither a frame nor the shares of
            columns.
        ValueError
            A keyword is out of its range.

        See Also
        --------
        drift : The rows alone.

        Notes
        -----
        For each row the categories that contribute most are kept, 4000 over all rows, but between 8
        and 25 a row; the others are summed up as "(other)".

        Numbers and times are counted by value and cut into bins afterwards, so that ``numbers`` and
        ``times`` have their mean, quantiles and range without a second look at the data. Where an
        engine counts, a profile has cut, or there are more than 2**25 values of all columns and
        both sides, bins are counted alone; `pdkl.Report` says what they tell.

        Where the last key of ``by`` is a time, columns are cut as by `changes`, from the counts of
        the report: nothing is read twice. That takes up to a third of the time of the rest; with
        more than some 400 periods the columns that drifted most are looked at alone. Where it
        cannot be, as in fewer than five periods, in windows that roll, of fractional weights, with
        ``redact`` or ``min_count``, the page says why.

        References
        ----------
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory 37, 145-151.

        Examples
        --------
        >>> import pandas as pd
        >>> before = pd.DataFrame({"fruit": ["fig"] * 60 + ["kiwi"] * 40, "shop": ["a", "b"] * 50})
        >>> today = pd.DataFrame({"fruit": ["fig"] * 90 + ["plum"] * 10, "shop": ["a", "b"] * 50})
        >>> report = today.info_theory.report(before, rng=0)
        >>> report
        <pdkl.Report: not passed; 2 rows: 1 drift, 1 ok>
        >>> report.passed
        False
        """
        request = Request(
            method="report",
            two_sided=True,
            columns=columns,
            exclude=exclude,
            by=by,
            reference=reference,
            against=None if window is None else "previous",
            window=window,
            match=match,
            weights=weights,
            base="bit",
            dropna=dropna,
            smoothing=smoothing,
            zeros=zeros,
            kinds=kinds,
            test=True,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import report_frames

        return report_frames.report(
            self._data,
            request,
            measure=measure,
            threshold=threshold,
            alpha=alpha,
            bins=bins,
            max_drifted=max_drifted,
            title=title,
            names=names,
            redact=redact,
            min_count=min_count,
        )
