"""The colours of reports and pictures, each named once, for light and for dark grounds."""

from __future__ import annotations

from dataclasses import dataclass

from pdkl.results.statuses import OK, Status


@dataclass(frozen=True)
class Colour:
    """A colour on a light ground, on a dark one, and of marks where it is not known which."""

    light: str
    dark: str
    mark: str = ""  # of pictures, whose ground is the user's style; else the light one

    @property
    def either(self) -> str:
        """What is drawn with where the ground is not known."""
        return self.mark or self.light


# the sides, and whatever else is drawn beside each other, after the colour-blind safe ones of Okabe
# and Ito
DATA = Colour("#0072b2", "#56b4e9")
REFERENCE = Colour("#d55e00", "#f0894a")
CONTRIBUTION = Colour("#00795c", "#4fd0ab", "#009e73")
SERIES = (
    DATA,
    REFERENCE,
    CONTRIBUTION,
    Colour("#8f3b92", "#dd9be0", "#cc79a7"),
    Colour("#7a5600", "#e9bd5b", "#e69f00"),
    Colour("#2f7fae", "#9fd8ff", "#56b4e9"),
)

GROUND = Colour("#ffffff", "#14181d")
INK = Colour("#1b1f24", "#e6eaee")
DIM = Colour("#59636e", "#a0abb6")
LINE = Colour("#d8dee4", "#38414a")
SOFT = Colour("#f4f6f8", "#1d232a")
MINDED = Colour("#fff4e5", "#33281b")  # behind what people should mind

BAD = Colour("#b0103a", "#ff8fa3")
WARN = Colour("#7a5600", "#e9bd5b")
GOOD = Colour("#1a6b37", "#6fd08c")

# from noise to twice the threshold and more, each with the ink that is read on it
SHADES = (
    (SOFT, INK),
    (Colour("#d3e4f3", "#17324d"), INK),
    (Colour("#89bedc", "#1d4f7e"), INK),
    (Colour("#2575b7", "#5aa5de"), Colour("#ffffff", "#0b1016")),
    (Colour("#083572", "#b9defc"), Colour("#ffffff", "#0b1016")),
)


def of_status(status: Status) -> Colour:
    """Return the colour of a status: what fails, what to look at, what is well, what is left."""
    if status.fails:
        return BAD
    if not status.is_quiet:
        return WARN
    return GOOD if status is OK else DIM


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 (black) to 1 (white), as WCAG has it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return how much two colours stand out from each other, from 1 to 21, as WCAG has it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
