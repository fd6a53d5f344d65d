"""The cover's picture for each chapter."""

import re
from pathlib import Path

import numpy as np
import pytest

from convbook import relu
from convbook.figures import cover

PHOTO = np.random.default_rng(0).random((60, 90, 3))
INDEX = (Path(__file__).parents[1] / "docs" / "index.md").read_text("utf-8")


def test_every_chapter_has_its_picture_in_order() -> None:
    toctree = INDEX.partition(":caption: Chapters")[2].partition("```")[0]
    titles = [
        (Path(__file__).parents[1] / "docs" / f"{stem}.md").read_text("utf-8")
        for stem in toctree.split()[3:]
    ]
    topics = [re.search("^# (.+):", text, re.MULTILINE)[1] for text in titles]  # type: ignore[index]
    assert [*cover.contents(PHOTO).marks] == topics


def test_the_pictures_show_what_the_alt_text_says() -> None:
    marks = cover.contents(PHOTO).marks
    channels = marks["Channels"].values
    kept = [channels[:, column].any(axis=0).tolist() for column in (5, 45, 85)]
    assert kept == np.eye(3, dtype=bool).tolist()
    assert not marks["Initialization"].values[30:].max() > 0.2
    assert marks["Stride"].values.shape == (20, 30)


@pytest.mark.parametrize("tile", range(6))
def test_the_waves_are_of_length_one_and_at_right_angles(tile: int) -> None:
    waves = cover.contents(PHOTO).marks["Filters"].values
    tiles = [block[1:-1, 1:-1] for row in np.split(waves, 2) for block in np.split(row, 3, axis=1)]
    products = [float((tiles[tile] * other).sum()) for other in tiles]
    assert np.allclose(products, np.eye(6)[tile])


def test_the_maps_are_rectified() -> None:
    values = cover.contents(PHOTO).marks["Stacking"].values
    assert (relu(values) == values).all()
    assert values.any()
