"""The palette: what is read stands out from its ground, in both schemes, and pictures share it."""

from __future__ import annotations

import re

import pytest

from pdkl.report.rendering import style
from pdkl.results import palette
from pdkl.results.statuses import STATUSES, Status

GROUNDS = (palette.GROUND, palette.SOFT, palette.MINDED)
every_scheme = pytest.mark.parametrize("scheme", ["light", "dark"])


def test_contrast_as_it_is_published() -> None:
    assert palette.contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # of WebAIM
    assert palette.contrast("#0000ff", "#ffffff") == pytest.approx(8.59, abs=0.005)
    assert palette.contrast("#123456", "#123456") == 1.0


@every_scheme
def test_text_is_read_on_each_ground(scheme: str) -> None:
    texts = [palette.INK, palette.DIM, *map(palette.of_status, STATUSES)]
    for ink in texts:
        for ground in GROUNDS:
            found = palette.contrast(getattr(ink, scheme), getattr(ground, scheme))
            assert found >= 4.5, (ink, ground)
    for shade, ink in palette.SHADES:
        assert palette.contrast(getattr(shade, scheme), getattr(ink, scheme)) >= 4.5, shade


@every_scheme
def test_marks_are_seen(scheme: str) -> None:
    for one in palette.SERIES:
        ground = getattr(palette.GROUND, scheme)
        assert palette.contrast(getattr(one, scheme), ground) >= 3.0, one


@every_scheme
def test_the_shades_go_one_way(scheme: str) -> None:
    light = [palette.luminance(getattr(shade, scheme)) for shade, _ in palette.SHADES]
    assert light == sorted(light, reverse=scheme == "light")


@pytest.mark.parametrize("side", [palette.DATA, palette.REFERENCE])
def test_the_sides_are_seen_on_any_ground(side: palette.Colour) -> None:
    """A notebook and a picture may have either."""
    for ground in ("#ffffff", "#000000"):
        assert palette.contrast(side.either, ground) >= 3.0


@pytest.mark.parametrize("status", STATUSES, ids=lambda one: one.name)
def test_chips_are_read(status: Status) -> None:
    """They bring their ground, and white on it."""
    chip = palette.of_status(status).light
    assert palette.contrast(chip, palette.GROUND.light) >= 4.5


def test_statuses_look_by_what_they_ask_for() -> None:
    found = {one.name: palette.of_status(one) for one in STATUSES}
    assert {name for name, colour in found.items() if colour is palette.BAD} == {
        *("drift", "gone", "error", "empty")
    }
    assert {name for name, colour in found.items() if colour is palette.WARN} == {"unsure", "new"}
    assert (found["ok"], found["skipped"]) == (palette.GOOD, palette.DIM)


def test_the_style_has_no_other_colour() -> None:
    known = {
        value
        for found in vars(palette).values()
        for one in (found if isinstance(found, tuple) else (found,))
        for colour in (one if isinstance(one, tuple) else (one,))
        if isinstance(colour, palette.Colour)
        for value in (colour.light, colour.dark)
    }
    used = re.findall(r"#[0-9a-f]{3,8}\b", style())
    assert set(used) - {"#fff"} <= known  # paper is white
    assert set(re.findall(r"var\((--\w+)\)", style())) <= set(re.findall(r"(--\w+):", style()))


def test_pictures_have_the_same() -> None:
    pytest.importorskip("matplotlib")
    from matplotlib import rc_context
    from matplotlib.colors import to_hex

    from pdkl.plot import _shared

    assert (palette.DATA.either, palette.REFERENCE.either) == (_shared.BLUE, _shared.RED)
    assert tuple(one.either for one in palette.SERIES) == _shared.COLORS
    for ink, scheme in (("black", "light"), ("white", "dark")):
        with rc_context({"text.color": ink}):
            ends = [to_hex(_shared.shades()(place)) for place in (0.0, 1.0)]
        assert ends == [getattr(palette.SHADES[i][0], scheme) for i in (0, -1)]
