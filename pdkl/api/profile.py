"""Counts to keep: the public method that takes a profile."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import By
    from pdkl.sources.profile.profile import Profile


class ProfileMethods(Data):
    """The method of `InfoTheory` that keeps counts."""

    def profile(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        weights: Hashable | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        max_categories: int | None = None,
    ) -> Profile:
        """Count columns now, to compare with them later.

        A profile keeps the counts, not the rows: it is small, can be saved, and added to profiles
        of other parts of the data. It stands wherever a frame can, as ``InfoTheory(profile)`` and
        as ``reference=profile``.

        Numbers and times are counted value by value, and cut when they are compared, as those of a
        frame are: ``profile()`` loses nothing that a comparison asks for. Of more than 65,536
        different ones in a column each is rounded down to one of some 4,096 of them, between which
        are equal shares of the rows; the smallest and the largest stay exact, as do the deciles. A
        profile of today is then right to 1/4096 of the rows, or exactly if it was taken with the
        ``bins=`` of the reference.
        With ``bins=`` they are cut at once, and what is compared with them is cut at their edges.

        Parameters
        ----------
        columns : label or list of labels, optional
            The columns to count; missing values are counted apart. None means all outside ``by``
            and ``weights``.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper or list of these, optional
            What makes the groups. Questions can leave keys out later, but add none. Of a Grouper
            the times are kept as it cuts them.
        weights : label, optional
            The column of row weights or counts. Later questions need not name it.
        bins : int, str, sequence of edges, mapping of these by column, or Profile, optional
            How columns of numbers, times and durations are cut into categories, all of them or
            those that are named. Those of another profile are cut, or rounded, at the same places,
            so that both can be added.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        max_categories : int, optional
            Keep so many categories of each column, and lump the others together, as `Profile.fold`
            does; numbers and times stay. They show as ``(other)``. A comparison then lumps them on
            its other side too, which makes a divergence smaller, never larger; a category that is
            new is among them, so that ``unseen`` does not tell of it. ``attrs["pdkl"]["folded"]``
            of a result has the number of categories that the profile has lumped (that of two
            profiles is the larger), for each column where it has.

        Returns
        -------
        Profile
            The counts, by group.

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or no column has cells that can be hashed.
        ValueError
            A keyword is out of its range, weights are negative, missing or infinite, or a column
            is also a key of ``by`` or the weights.

        Warns
        -----
        UserWarning
            A column had to be left out, as it cannot be read, cut or counted. The others are
            counted; ``facts["left_out"]`` says why, and `drift` against the profile does.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.8: the data-processing inequality.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> january = pd.DataFrame({"fruit": ["fig", "kiwi", None], "grams": [40.0, 70.0, 90.0]})
        >>> profile = january.info_theory.profile(bins={"grams": [0, 50, 100]})
        >>> february = pd.DataFrame({"fruit": ["fig", "fig"], "grams": [45.0, 120.0]})
        >>> result = february.info_theory.js_divergence(reference=profile, base="bit")
        >>> result[["column", "reference", "n_reference", "unseen", "js_divergence"]].round(3)
          column reference  n_reference  unseen  js_divergence
        0  fruit   profile            2     0.0          0.311
        1  grams   profile            3     0.5          0.595
        """
        request = Request(
            method="profile",
            two_sided=False,
            columns=columns,
            exclude=exclude,
            by=by,
            weights=weights,
            bins=bins,
            binning=binning,
        )
        from pdkl.analyses import profile

        return profile.take(self._data, request, max_categories=max_categories)
