"""Times cut by a Grouper: how, as a text that can be stored and compared."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

FROM_DATA = ", from the first time on"  # ends the text of a cut whose bins depend on the data
_SETTING = re.compile(r"(\w+)='([^']*)'")
_ANCHORED = ("start", "start_day", "end", "end_day")


def grouper_text(key: Any) -> str:
    """Write how a Grouper cuts times: equal texts cut equally, unless they end in `FROM_DATA`."""
    text = f"freq={key.freq.freqstr!r}, closed={key.closed!r}, label={key.label!r}"
    text += f", origin={str(key.origin)!r}, offset={str(key.offset)!r}"
    return text if _is_steady(key) else text + FROM_DATA


def grouper_of(key: Any, text: str) -> pd.Grouper:
    """Return a Grouper of ``key`` that cuts times as a text of `grouper_text` says."""
    said: dict[str, Any] = dict(_SETTING.findall(text))
    if said["offset"] == str(None):
        said["offset"] = None
    grouper: pd.Grouper = pd.Grouper(key=key, **said)
    return grouper


def is_cut_alike(key: Any, before: str) -> bool:
    """Tell whether cutting times again, that were cut as ``before`` says, leaves them there."""
    is_same = grouper_text(key) == before and not before.endswith(FROM_DATA)
    return is_same and bool(key.closed == key.label)


def _is_steady(key: Any) -> bool:
    """Tell whether the bins are the same wherever the data begins."""
    try:
        step = pd.Timedelta(key.freq)
    except ValueError:  # months and the like follow the calendar, but several at once do not
        return bool(key.freq.n == 1)
    if key.origin not in _ANCHORED:
        return True
    return key.origin in ("start_day", "end_day") and pd.Timedelta(1, "D") % step == pd.Timedelta(0)
