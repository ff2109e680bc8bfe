"""The public class of `DataFrame.info_theory`; its methods are beside it, a file per family."""

from __future__ import annotations

from pdkl.api.changes import ChangesMethods
from pdkl.api.contributions import ContributionsMethods
from pdkl.api.cross_entropy import CrossEntropyMethods
from pdkl.api.dependence import DependenceMethods
from pdkl.api.divergence import DivergenceMethods
from pdkl.api.diversity import DiversityMethods
from pdkl.api.drift import DriftMethods
from pdkl.api.entropy import EntropyMethods
from pdkl.api.evidence import EvidenceMethods
from pdkl.api.explain import ExplainMethods
from pdkl.api.interactions import InteractionMethods
from pdkl.api.profile import ProfileMethods


class InfoTheory(
    EntropyMethods,
    DiversityMethods,
    CrossEntropyMethods,
    DivergenceMethods,
    ContributionsMethods,
    DependenceMethods,
    InteractionMethods,
    EvidenceMethods,
    DriftMethods,
    ExplainMethods,
    ChangesMethods,
    ProfileMethods,
):
    """Information theory on the columns of a frame: ``df.info_theory`` is ``InfoTheory(df)``.

    Each method counts how often each category occurs, in every group of ``by``, lines up two
    distributions by label where two are compared, and returns a tidy frame with one row per
    group and column. The frame itself is never changed.

    Parameters
    ----------
    data : DataFrame
        A pandas frame. Or a Table, RecordBatch, RecordBatchReader or Dataset of pyarrow, which is
        read in pieces and only in the columns needed, so that it may be larger than memory. Or a
        frame of polars (also lazy), Dask, PySpark or narwhals, a DuckDB relation or an Ibis table,
        which is counted where it is. Or a `Profile`, what was counted of any of these. In all these
        cases what comes home is the distinct combinations of groups and values and how often each
        occurs. A RecordBatchReader is used up by the first call, and rows read from it before are
        not counted; a query that is not materialised is run again by each call. Nothing is read or
        checked before a method is called.

    Notes
    -----
    Keywords mean the same in every method.

    **columns, p**
        A column name or a list of them. None means every string, categorical, boolean and object
        column outside ``by`` and ``weights``. ``exclude`` leaves columns out, of these and of a
        list; of pairs those that have one of them.
    **by**
        What makes the groups: a column name, a `pandas.Grouper` with ``key`` and ``freq``, a
        `pdkl.Rolling` with windows that overlap, or a list of these. A missing key is a group of
        its own, sorted last. None makes one group.
    **q, reference, against**
        What P is compared with; exactly one of them.

        - ``q``: another column of the frame, or a list that is paired with ``p``.
        - ``reference=frame``: that frame's column of the same name. It is matched group to group
          where it has all columns of ``by``, otherwise all of it stands for every group. For a
          Grouper it stands for every group, unless ``match=True``. A `Profile` of a frame that
          is gone does the same, as does all other data, also as `InfoTheory`: ``pdkl.scan(path)``.
          Columns that it lacks are left out with a warning where none is named, and
          ``attrs["pdkl"]["left_out"]`` names them.
        - ``reference={category: weight}``: a fixed distribution, normalised, believed exactly
          and never smoothed; ``{column: {category: weight}}`` for several columns.
        - ``reference=label``: one group of ``by``, a tuple of labels where ``by`` has several
          keys.
        - ``against``: ``"rest"`` (all rows outside the group), ``"all"`` (all rows),
          ``"pairs"`` (each ordered pair of different groups), ``"previous"`` (the group before in
          the order of the last key, the other keys being equal; with ``window=7`` the seven
          before that occur, or as many as there are, pooled), ``"uniform"`` (every category of
          the alphabet equally likely).
    **weights**
        A column of non-negative weights, or of counts where a row stands for several. It applies
        to both sides. Whole weights are added as integers, exactly up to 2**63 - 1; what is
        computed from counts above 2**53 is as exact as float64 can hold them.
    **base**
        ``"nat"`` (e), ``"bit"`` (2), ``"dit"`` (10), or a number above 1.
    **dropna**
        True leaves missing values out of the distribution; they are counted in ``n_missing``.
        False makes missing a category. None, NaN, NaT and NA are the same missing.
    **alphabet**
        The categories that could occur, fixed once per column: ``"observed"`` (those that do occur
        anywhere in the call, in any group, on either side), ``"declared"`` (also the levels of a
        categorical), or the number of them. It matters to ``smoothing`` and ``"uniform"``.
    **zeros**
        What a category does that P has and Q lacks: ``"inf"`` (the measure is infinite),
        ``"raise"`` (ValueError that names it), ``"drop"`` (both sides are restricted to what they
        share, and renormalised), or a floor in (0, 1) below which no category of Q falls before Q
        is renormalised.
    **smoothing**
        A pseudo-count, in rows, that every category of the alphabet gets on both sampled sides:
        a number above 0, ``"laplace"`` (1), ``"jeffreys"`` (1/2) or ``"perks"`` (1/K for an
        alphabet of K). It comes before ``zeros``.

    **bins, binning**
        For columns of numbers, times and durations: a number of bins, a rule of NumPy such as
        ``"fd"``, edges that increase, or a mapping {column: one of these}. Decimals are numbers,
        and dates times; times of day are cut as well. A number of bins has equal shares
        (``binning="quantile"``, the default where two sides or columns are compared) or equal
        widths (``"width"``, the default for one). Edges are fitted once per column, to the whole
        reference where there is one, else to all rows. Intervals are [low, high), the last one
        closed; what lies outside, infinities too, is in the categories "below" and "above". Where
        there are fewer distinct values than bins, each has its own.
    **confidence**
        The percentile interval of a bootstrap of the counts, less twice its own bias, within the
        bounds of the measure. NaN where the bias reaches half the width, or leaving out single
        rows shows that it would if the sample knew its categories (Zahl 1977): the sample is too
        small for them, and no interval would be honest. ``_high`` is infinite where the bootstrap
        is, more often than the interval leaves out.
    **test**
        What the score would be if nothing differed: rows dealt to the two sides at random, a group
        taken from a fixed whole (``against="all"``), or rows drawn from a fixed distribution. With
        ``bins`` that were fitted to the very rows that are Q, the shares between their edges are
        Dirichlet, whatever the distribution (Wilks 1962): dealing rows anew would call 8 to 18 %
        of columns different that are not. ``_excess`` is the score less its mean then (for
        js_distance the root of the excess js_divergence), ``_noise_floor`` the value that it stays
        below with a probability of 95 %. ``p_value`` is that of the G statistic, 2N I(side;
        category), whatever the measure. ``p_adjusted`` (Benjamini and Hochberg) holds the rate of
        false discoveries over all rows of the result; those of a `pdkl.Rolling` overlap, so that
        their scores move together, and it holds under such positive dependence. Weights must be
        whole numbers of rows.
    **How both are got**
        In closed form: a score is a sum over categories whose counts come out of one urn, so its
        mean, variance and third moment follow from single categories, and a distribution of
        Pearson's type III from these (Kazi-Aoual et al. 1995); where few tables are possible they
        are listed. No number is random: the same data give the same answer, always. Draws are for
        those who ask (``n_resamples=999``, or ``test="permutation"``, whose p-value is the share
        of draws that reach the score) and for what is no sum over categories: ``blocks``, zeros
        that are dropped or floored, and of the estimators chao-shen, chao-wang-jost, grassberger,
        james-stein and nsb; also for orders above 4, whose powers of shares are too skew, and the
        Renyi divergence of order inf. Draws deal rows anew, also of bins.
        ``attrs["pdkl"]["inference"]`` says what was done for each column: "closed form", "exact"
        (all tables were listed) or "199 draws".
    **blocks**
        A test and an interval assume that the rows of a comparison are independent of each other.
        Rows that come in bunches, such as the flights of a stormy day, are not, and make p-values
        far too small. ``blocks="day"`` moves the rows of a day, in each group, together: it assumes
        no more than that days are independent.

    Results are plain frames that can be written to Parquet or SQL. ``attrs["pdkl"]`` holds the
    settings of the call. Columns that several methods share:

    ======================= ====================================================================
    keys of ``by``          in their own dtype
    ``column``              the column that is measured
    ``reference``           the other column's name, or rest, all, pairs, previous, uniform,
                            group, frame, profile, mapping
    ``<key>_reference``     the keys of the group that is Q, where groups meet groups; of
                            several that are pooled the first
    ``n``, ``n_reference``  the weight of each side's distribution: int64, or float64 for
                            fractional weights; NA for a fixed Q
    ``n_missing``,          the weight of the missing values, also where ``dropna=False`` makes
    ``n_missing_reference`` them part of ``n``
    ``categories``          how many categories either side has
    ``unseen``              the share of P in categories that Q lacks
    ``vanished``            the share of Q in categories that P lacks
    ``unit``                nat, bit, dit or base b
    ======================= ====================================================================

    Counts, ``unseen`` and ``vanished`` are those before smoothing. Where a side has no rows, the
    measure, ``unseen`` and ``vanished`` are NaN.

    References
    ----------
    Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition. Wiley.
    Good, P. (2005). Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd edition.
    Springer. Johnson, N. L., Kotz, S. and Balakrishnan, N. (1997). Discrete Multivariate
    Distributions. Wiley. Kazi-Aoual, F. et al. (1995). Refined approximations to permutation tests
    for multivariate inference. Computational Statistics and Data Analysis 20, 643-656. Wilks, S. S.
    (1962). Mathematical Statistics. Wiley. Chapter 8.

    Examples
    --------
    >>> import pandas as pd
    >>> import pdkl
    >>> df = pd.DataFrame({"shop": ["a", "a", "b", "b"], "fruit": ["fig", "fig", "fig", "kiwi"]})
    >>> result = df.info_theory.kl_divergence("fruit", by="shop", against="all")
    >>> result[["shop", "n", "n_reference", "vanished", "kl_divergence", "unit"]]
      shop  n  n_reference  vanished  kl_divergence unit
    0    a  2            4      0.25       0.287682  nat
    1    b  2            4      0.00       0.143841  nat
    """
