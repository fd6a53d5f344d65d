"""convbook answers as PyTorch did when its answers were recorded; ``recorded.py`` has the calls."""

import numpy as np
import pytest

import recorded

ANSWERS = dict(np.load(recorded.RECORD))
VERSION = str(ANSWERS.pop("version"))


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    """Return convbook's answers."""
    return recorded.by_convbook()


def assert_close(key: str, result: np.ndarray, expected: np.ndarray) -> None:
    """Same shape; same values to the rounding of their dtype, or of a random draw."""
    assert result.shape == expected.shape
    single = expected.dtype == np.float32
    share = 0.005 if key in recorded.INITS else 2e-5 if single else 1e-12
    np.testing.assert_allclose(result, expected, rtol=share, atol=share * abs(expected).max())


def test_every_answer_is_compared(found: dict[str, np.ndarray]) -> None:
    assert found.keys() == ANSWERS.keys()


@pytest.mark.parametrize("key", ANSWERS)
def test_answers_as_torch_did(key: str, found: dict[str, np.ndarray]) -> None:
    assert_close(key, found[key], ANSWERS[key])
    assert not ANSWERS[key].ndim or found[key].dtype == ANSWERS[key].dtype


def test_torch_still_answers_so(torch) -> None:
    live = recorded.by_torch(torch)
    assert torch.__version__.partition("+")[0] == VERSION.partition("+")[0]
    assert live.keys() == ANSWERS.keys()
    for key, answer in live.items():
        assert_close(key, answer, ANSWERS[key])


def test_the_record_is_small() -> None:
    assert recorded.RECORD.stat().st_size < 300_000
