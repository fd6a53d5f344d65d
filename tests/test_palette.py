"""The palette: every role can be told from every other, in light and in dark, by any eyes."""

from itertools import combinations

import numpy as np
import pytest

from requirements import need

palette = need("convbook.figures._palette")
THEMES = {
    theme: {role: getattr(ink, theme) for role, ink in palette.PALETTE.items()}
    for theme in ("light", "dark")
}

GROUNDS = {"paper", "panel"}
"""What everything else is drawn on."""

# What of red, green and blue light is left to each kind of colour-blind eyes: G. M. Machado et al.,
# A physiologically-based model for simulation of color vision deficiency, 2009, severity 1.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
LEAST = {eyes: 15 if eyes == "all cones" else 9 for eyes in EYES}
"""The smallest difference (CIEDE2000); 5 is seen side by side, 1 hardly."""

Colours = dict[str, str]


def seen(colour: str, eyes: np.ndarray) -> np.ndarray:
    """Return a colour as some eyes see it, in CIELAB."""
    encoded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    light = (eyes @ light).clip(0, 1)
    again = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    lab: np.ndarray = need("skimage.color").rgb2lab(again)
    return lab


def confused(colours: Colours, eyes: str) -> dict[tuple[str, str], float]:
    """Return the pairs of roles that some eyes cannot tell apart."""
    difference = need("skimage.color").deltaE_ciede2000
    lab = {role: seen(colour, EYES[eyes]) for role, colour in colours.items()}
    pairs = combinations(lab.keys() - GROUNDS, 2)
    found = {pair: float(difference(lab[pair[0]], lab[pair[1]])) for pair in pairs}
    return {pair: round(delta, 1) for pair, delta in found.items() if delta < LEAST[eyes]}


@pytest.mark.parametrize("theme", THEMES)
def test_no_two_roles_have_one_value(theme: str) -> None:
    """A drawing's colours become variables by their value, so one value is one role."""
    assert len({*THEMES[theme].values()}) == len(THEMES[theme])


@pytest.mark.parametrize("theme", THEMES)
def test_every_ink_can_be_read_on_every_ground(theme: str) -> None:
    """Words may have any colour but that of faint lines: contrast 4.5, as WCAG asks."""
    light = {
        role: float(need("skimage.color").lab2xyz(seen(colour, EYES["all cones"]))[1]) + 0.05
        for role, colour in THEMES[theme].items()
    }
    for ground in GROUNDS:
        for role in light.keys() - GROUNDS - {"line"}:
            low, high = sorted((light[role], light[ground]))
            assert high / low >= 4.5, f"{role} on {ground}: {high / low:.2f}"


def test_an_alias_is_declared() -> None:
    """Of the roles that a mark may name, those that look alike are those that say so."""
    for theme in (palette.LIGHT, palette.DARK):
        assert theme.keys() == {*palette.PALETTE, *palette.ALIASES}
        assert all(theme[role] == theme[other] for role, other in palette.ALIASES.items())


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("theme", THEMES)
def test_roles_can_be_told_apart(theme: str, eyes: str) -> None:
    assert not confused(THEMES[theme], eyes)


@pytest.mark.parametrize(
    ("eyes", "role", "like"),
    [
        ("all cones", "output", "#00479f"),  # the input's blue, a little greener
        ("protanopia", "gradient", "#402fa0"),
        ("deuteranopia", "output", "#0b4d60"),
        ("tritanopia", "output", "#00506a"),
    ],
)
def test_look_alikes_are_found(eyes: str, role: str, like: str) -> None:
    assert role in str(confused(THEMES["light"] | {role: like}, eyes))
