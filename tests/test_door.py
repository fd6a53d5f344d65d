"""One door for every public callable: it answers, or says in a line what is wrong with what.

Nothing is listed here. The calls are those of each callable's own examples; each of their arguments
is replaced by each of many values, one at a time.
"""

import contextlib
import copy
import datetime
import doctest
import inspect
import re
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import convbook

RECORDS = {
    n
    for n in convbook.__all__
    if inspect.isclass(getattr(convbook, n)) and issubclass(getattr(convbook, n), tuple)
}
"""Records hold what they are given; the functions that use one check it."""
CALLABLES = sorted(n for n in {*convbook.__all__} - RECORDS if callable(getattr(convbook, n)))
METHODS = ("forward", "backward", "step", "parameters", "__call__")


class Call(NamedTuple):
    """A legal call, as an example makes it: what is called, and with what."""

    name: str
    function: Callable[..., Any]
    arguments: dict[str, Any]
    """By name; a method's object is `self`."""

    def but(self, **changes: Any) -> "Call":
        """The same call with other arguments."""
        return self._replace(arguments=self.arguments | changes)

    def __call__(self) -> Any:
        """Make the call."""
        bound = inspect.signature(self.function).bind_partial()
        bound.arguments.update(self.arguments)
        return self.function(*bound.args, **bound.kwargs)


@cache
def example_calls(name: str) -> list[Call]:
    """The calls in a callable's examples, those of its methods included, each kind once."""
    calls: dict[tuple[object, ...], Call] = {}
    value = getattr(convbook, name)
    with pytest.MonkeyPatch.context() as patch:
        if inspect.isclass(value):
            for method in ("__init__", *METHODS):
                if not inspect.isfunction(getattr(value, method, None)):
                    continue
                function = getattr(value, method)
                patch.setattr(value, method, recording(calls, f"{name}.{method}", function))
        else:
            patch.setattr(convbook, name, recording(calls, name, value))
        test = doctest.DocTestFinder(recurse=False).find(value, name, globs={})[0]
        doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None)
    return [*calls.values()]


def recording(
    calls: dict[tuple[object, ...], Call], name: str, function: Callable[..., Any]
) -> Callable[..., Any]:
    """Let a function write down how it is called."""

    def recorded(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(function).bind(*args, **kwargs)
        bound.apply_defaults()
        kinds = tuple(map(kind_of, bound.arguments.values()))
        call = copied(Call(name, function, bound.arguments))
        result = function(*args, **kwargs)  # an example of a refusal is none of a call
        calls.setdefault((name, kinds), call)
        return result

    return recorded


def kind_of(value: Any) -> object:
    return (value.ndim, value.dtype.kind) if isinstance(value, np.ndarray) else type(value)


# -- What is put in place of an argument -------------------------------------

X = np.ones((1, 1, 3, 3))


def masked(array: np.ndarray) -> Any:
    return np.ma.masked_array(array, np.arange(array.size).reshape(array.shape) % 2 == 0)


def matrix(array: np.ndarray) -> Any:
    with warnings.catch_warnings(action="ignore"):
        return np.asmatrix(array)


VALUES: dict[str, Any] = {
    "None": None,
    "True": True,
    "False": False,
    "word": "zyx",
    "no word": "",
    "bytes": b"x",
    "dict": {},
    "dict with a word": {"a": 1},
    "set": {1},
    "list": [],
    "tuple": (),
    "object": object(),
    "ragged": [[1, 2], [3]],
    "ragged in dtype": [[1.0], ["a"]],
    "type": int,
    "function": len,
    "generator": (n for n in (1, 2)),
    "range": range(3),
    "slice": slice(2),
    "dots": ...,
    "date": datetime.date(2020, 1, 1),
    "datetime64": np.datetime64("2020-01-01"),
    "dates": np.full((1, 1, 3, 3), np.datetime64("2020-01-01")),
    "exception": ValueError("x"),
    "spans": np.full((1, 1, 3, 3), np.timedelta64(1, "s")),
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": -float("inf"),
    "-1": -1,
    "0": 0,
    "1.5": 1.5,
    "2.0": 2.0,
    "2**40": 2**40,
    "2**63": 2**63,
    "-2**63": -(2**63),
    "10**400": 10**400,
    "1j": 1j,
    "3": 3,
    "9": 9,
    "Fraction": Fraction(1, 2),
    "Decimal": Decimal(2),
    "np.int64": np.int64(2),
    "np.uint8": np.uint8(2),
    "np.float32": np.float32(0.5),
    "np.nan": np.float64("nan"),
    "np.bool": np.bool_(True),
    "np.str": np.str_("a"),
    "np.complex": np.complex64(1j),
    "0-d": np.array(2),
    "0-d float": np.array(0.5),
    "objects": np.array([None, 1], object),
    "words": np.array(["a", "b"]),
    "structured": np.zeros(3, "i4,f8"),
    "masked constant": np.ma.masked,
    "pair": (1, 2),
    "pair of 0": (0, 0),
    "negative pair": (1, -1),
    "huge pair": (2**40, 1),
    "huger pair": (2**63, 2**63),
    "list pair": [1, 1],
    "pair of None": (1, None),
    "pair of nan": (float("nan"),) * 2,
    "pair of pairs": ((1, 1), (1, 1)),
    "pair of bool": (True, True),
    "triple": (1, 2, 3),
    "four": (1, 1, 3, 3),
    "four huge": (2**40, 1, 1, 1),
    "five": (1, 1, 1, 1, 1),
    "strings": ("a", "b"),
    "same": "same",
    "np pair": np.array([1, 2]),
    "long list": [1.0] * 3000,
    "long word": "z" * 3000,
    "many": [object()] * 300,
    "1 axis": np.ones(3),
    "no numbers": np.ones(0),
    "2 axes": np.ones((2, 2)),
    "3 axes": np.ones((1, 2, 2)),
    "4 axes": X,
    "5 axes": X[None],
    "empty": np.ones((0, 0, 0, 0)),
    "no channels": np.ones((1, 0, 3, 3)),
    "integers": np.ones((1, 1, 3, 3), int),
    "negative integers": np.full((1, 1, 3, 3), -1),
    "huge integers": np.full((1, 1, 3, 3), 2**62),
    "unsigned": np.full((1, 1, 3, 3), 2**63, np.uint64),
    "complex": X * 1j,
    "bool": X > 0,
    "half": X.astype("f2"),
    "long double": X.astype(np.longdouble),
    "masked": masked(X),
    "list of masked": [*masked(X)],
    "masked deep": [[[masked(np.ones(3))] * 3]],
    "tensor-like": type(
        "Tensor", (), {"__array__": lambda self, *a, **k: 1 / 0, "ndim": 4, "shape": (1, 1, 3, 3)}
    )(),
}

MIXED = np.array([np.nan, np.inf, -np.inf, 1])


def limits(dtype: np.dtype) -> Any:
    return np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)


VARIANTS: dict[str, Callable[[np.ndarray], Any]] = {
    "an axis less": lambda a: a[0] if a.ndim else a,
    "an axis more": lambda a: a[None],
    "nothing": lambda a: a[:0] if a.ndim else a,
    "nothing last": lambda a: a[..., :0] if a.ndim else a,
    "one more": lambda a: np.concatenate([a, a]) if a.ndim else a,
    "one more last": lambda a: np.concatenate([a, a], -1) if a.ndim else a,
    "objects": lambda a: a.astype(object),
    "complex": lambda a: a * 1j,
    "bool": lambda a: a > 0,
    "words": lambda a: a.astype(str),
    "masked": masked,
    "rows masked": lambda a: [*map(masked, a)] if a.ndim > 1 else [*masked(a)] if a.ndim else a,
    "list": lambda a: a.tolist(),
    "swapped bytes": lambda a: a.astype(a.dtype.newbyteorder()),
    "matrix": lambda a: matrix(a) if a.ndim == 2 else a,
    "record": lambda a: a.view(np.recarray),
    **{
        f"as {t}": lambda a, t=t: a.astype(t)
        for t in ("f2", "f4", "f8", "g", "i1", "u1", "i8", "u8")
    },
    "nan": lambda a: np.full_like(a, np.nan) if a.dtype.kind == "f" else a,
    "inf": lambda a: np.full_like(a, np.inf) if a.dtype.kind == "f" else a,
    "-inf": lambda a: np.full_like(a, -np.inf) if a.dtype.kind == "f" else a,
    "mixed": lambda a: np.resize(MIXED.astype(a.dtype), a.shape) if a.dtype.kind == "f" else a,
    "largest": lambda a: np.full_like(a, limits(a.dtype).max),
    "lowest": lambda a: np.full_like(a, limits(a.dtype).min),
    "smallest": lambda a: a * 0 + 1e-300 if a.dtype == float else a,
    "zeros": np.zeros_like,
}

LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Fortran": np.asfortranarray,
    "negative strides": lambda a: np.flip(np.flip(a).copy()),
    "gaps": lambda a: np.repeat(a, 2, -1)[..., ::2] if a.ndim else a,
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
}


def replacements(call: Call) -> Iterator[tuple[str, Call]]:
    """The call with one argument replaced, for each argument and each value."""
    parameters = inspect.signature(call.function).parameters
    for name, legal in call.arguments.items():
        if name == "self":
            continue
        several = parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        for label, value in VALUES.items():
            yield f"{name} = {label}", call.but(**{name: (value,) if several else value})
        if isinstance(legal, np.ndarray):
            for label, change in VARIANTS.items():
                yield f"{name}: {label}", call.but(**{name: change(legal)})


# -- What is owed ------------------------------------------------------------


@contextlib.contextmanager
def strict() -> Iterator[None]:
    """Warnings are errors, also NumPy's, and a call ends in seconds."""

    def late(*_: object) -> None:
        raise TimeoutError("does not end")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 5)
    try:
        with warnings.catch_warnings(action="error"), np.errstate(all="raise"):
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def bounded_memory() -> Iterator[None]:
    """Where the system can tell: who asks for more than two gigabytes gets none."""
    resource = pytest.importorskip("resource")
    try:
        used = 4096 * int(Path("/proc/self/statm").read_text("utf-8").split()[0])
    except OSError:
        yield
        return
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**31, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def arrays_in(value: Any) -> Iterator[np.ndarray]:
    """The arrays of an argument or a result, at any depth."""
    match value:
        case np.ndarray():
            yield value
        case list() | tuple():
            for item in value:
                yield from arrays_in(item)
        case dict():
            yield from arrays_in([*value.values()])


def fault(call: Call) -> str | None:
    """What is wrong with how a call ends, or None: it may answer, or refuse in good words."""
    call = copied(call)
    shown = {k: v for k, v in call.arguments.items() if k != "self"}
    given = [*arrays_in(shown)]
    before = [np.asarray(array).tobytes() for array in given]
    try:
        with strict():
            result = call()
    except (ValueError, TypeError) as error:
        return bad_words(error, [*shown])
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    if [np.asarray(array).tobytes() for array in given] != before:
        return "changed its input"
    results = [*arrays_in(result)]
    if any(np.shares_memory(a, b) for a in results for b in given):
        return "gave a view of its input"
    return lost(given, results, result)


def copied(call: Call) -> Call:
    """The call with copies of what it might change; what cannot be copied cannot be changed."""
    arguments = {}
    for name, value in call.arguments.items():
        try:
            arguments[name] = copy.deepcopy(value)
        except Exception:
            arguments[name] = value
    return call._replace(arguments=arguments)


def bad_words(error: Exception, names: list[str]) -> str | None:
    """What is wrong with a refusal."""
    said = str(error)
    if type(error) not in (ValueError, TypeError):
        return f"raised {type(error).__name__}: {said}"
    if "\n" in said or len(said) > 300:
        return f"said {len(said)} characters: {said[:80]!r}"
    if not re.search(r"\b(" + "|".join(map(re.escape, names)) + r")\b", said):
        return f"named none of {names}: {said}"
    if "must" not in said or "got" not in said:
        return f"told no rule or no value: {said}"
    return None


def lost(given: list[np.ndarray], results: list[np.ndarray], result: Any) -> str | None:
    """What an answer has dropped on its way: a mask, an imaginary part, a dtype."""
    if any(isinstance(array, np.ma.MaskedArray) for array in given):
        return "dropped a mask"
    complex_in, complex_out = (any(a.dtype.kind == "c" for a in b) for b in (given, results))
    if complex_in and not complex_out and result is not None:
        return f"dropped an imaginary part: {result!r}"
    if any(type(array) is not np.ndarray for array in results):
        return f"gave a {[type(array).__name__ for array in results]}"
    kinds = {a.dtype.newbyteorder("=") for a in given if a.dtype.kind == "f"}
    made = {a.dtype.newbyteorder("=") for a in results if a.dtype.kind == "f"}
    if len(kinds) == 1 and made - kinds:
        return f"made {[a.dtype for a in results]} of {kinds}"
    return None


def faults(calls: Iterable[tuple[str, Call]]) -> list[str]:
    with bounded_memory():
        return [f"{call.name}({label}) {found}" for label, call in calls if (found := fault(call))]


# -- The walk ----------------------------------------------------------------


@pytest.mark.parametrize("name", CALLABLES)
def test_every_argument_of_every_callable_is_used_or_refused(name: str) -> None:
    calls = example_calls(name)
    assert calls, "no example calls it"
    found = [line for call in calls for line in faults(replacements(call))]
    assert not found, "\n".join(found)


def all_changed(call: Call, change: Callable[[np.ndarray], Any]) -> Call:
    """The call with all its arrays changed in the same way."""
    arrays = {k: change(v) for k, v in call.arguments.items() if isinstance(v, np.ndarray)}
    return call.but(**arrays)


@pytest.mark.parametrize("name", CALLABLES)
def test_every_kind_of_number_is_kept_or_refused(name: str) -> None:
    """All arrays of a call in another dtype at once, or full of strange numbers."""
    changes = {k: v for k, v in VARIANTS.items() if k not in ("words", "objects", "bool")}
    found = faults(
        (f"all arrays: {label}", all_changed(call, change))
        for call in example_calls(name)
        for label, change in changes.items()
    )
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", CALLABLES)
def test_memory_layouts_change_nothing(name: str) -> None:
    for call in example_calls(name):
        if not any(isinstance(value, np.ndarray) for value in call.arguments.values()):
            continue
        expected = [*arrays_in(copied(call)())]
        for label, change in LAYOUTS.items():
            result = [*arrays_in(copied(all_changed(call, change))())]
            for mine, theirs in zip(result, expected, strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-6, err_msg=label)


def test_the_walk_goes_everywhere() -> None:
    """Each public function, each public class, and its ways up and back."""
    walked = {call.name for name in CALLABLES for call in example_calls(name)}
    classes = {n for n in CALLABLES if inspect.isclass(getattr(convbook, n))}
    assert {*CALLABLES} - classes <= walked
    layers = ("Conv2d", "Linear", "ReLU", "MaxPool2d", "Flatten", "Sequential", "CrossEntropyLoss")
    assert {f"{layer}.{way}" for layer in layers for way in ("forward", "backward")} <= walked
    assert {"SGD.step", "SGD.__init__", "Parameter.__init__", "Module.__call__"} <= walked


def refuses_badly(input: np.ndarray, size: int = 1) -> np.ndarray:
    """What the walk must find fault with."""
    if not isinstance(input, np.ndarray):
        return input.shape
    if size == 2:
        input[...] = 0
    if size == 3:
        return input.real
    return input.astype(float) + np.zeros(size)


def test_the_walk_can_fail() -> None:
    call = Call("refuses_badly", refuses_badly, {"input": np.ones(2, "f4"), "size": 1})
    three = call.but(input=np.ones(3) * 1j, size=3)
    found = "\n".join([*faults(replacements(call)), str(fault(three))])
    for words in (
        "input = None) AttributeError", "input: masked) dropped a mask",
        "input: complex) ComplexWarning",
        "input: as f4) made", "size = np.uint8) changed its input", "size = 10**400)",
        "size = word) named none", "size = 2**40)", "a view of its input",
    ):  # fmt: skip
        assert words in found, found
