"""Figures that can be touched: they compute what the library computes, and anyone can use them."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chromium import serve, violations
from convbook import conv2d, convolution_matrix, flip, frog, luma, pad, unfold
from convbook.figures import channels, convolution, matmul
from convbook.figures._explorable import Explorable, written
from legibility import assert_inside, assert_legible
from requirements import need
from website import ROOT, Site, build

sync_api = need("playwright.sync_api")
SOURCES = ROOT / "docs" / "_static" / "explore"
IMAGE, KERNEL = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
VOTES = np.array([-1, 2, -1]).reshape(3, 1, 1) * np.ones((3, 3, 3), int)
MODES = ("zeros", "reflect", "replicate", "circular")


# -- The drawings ------------------------------------------------------------


def figures() -> dict[str, Any]:
    """Every figure of this kind, as its chapter shows it."""
    ones = np.ones((3, 3), int)
    return {
        "stepper": convolution.stepper(IMAGE, KERNEL, at=(0, 1)),
        "padding": convolution.stepper(
            IMAGE, ones, padding=1, mode="reflect", controls=("padding", "mode")
        ),
        "stride": convolution.stepper(
            np.arange(36).reshape(6, 6) % 10, KERNEL, stride=2, controls=("stride", "dilation")
        ),
        "matrix": matmul.linked_matrix(IMAGE, KERNEL + 1),
        "channels": channels.channel_block(frog(64), VOTES, (30, 10), "frog(64)"),
    }


@pytest.mark.parametrize("name", figures())
def test_the_drawing_reads_on_a_phone(name: str) -> None:
    fig = figures()[name]
    assert_legible(fig)
    assert_inside(fig)


@pytest.mark.parametrize("name", figures())
def test_the_element_stands_around_the_drawing(name: str) -> None:
    """Without scripts, on paper and in a notebook there is the picture that any figure is."""
    fig = figures()[name]
    bundle = fig._repr_mimebundle_()
    html = bundle["text/html"]
    assert f"<conv-{fig.name} " in html
    assert html.count(fig.svg()) == 1
    assert bundle["image/png"]
    assert bundle["text/plain"] == fig.alt
    data = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert data
    assert json.loads(data[1]) == json.loads(json.dumps(fig.settings))


def test_settings_cannot_close_their_script() -> None:
    fig = Explorable("stepper", {"label": "</script><b>"}, (1, 1))
    fig.panel(1, 1)
    fig.say("nothing")
    assert fig._repr_mimebundle_()["text/html"].count("</script>") == 1


def test_descriptions_hold_the_computed_numbers() -> None:
    alt = {name: fig.alt.replace("\N{MINUS SIGN}", "-") for name, fig in figures().items()}
    assert "1·0 + 2·1 + 4·2 + 5·3 = 25" in alt["stepper"]
    assert "padded by 1 (reflect)" in alt["padding"]
    assert "stride 2" in alt["stride"]
    assert "Row 1: 0, 1, 2, 0, 3, 4, 0, 0, 0." in alt["matrix"]
    found = conv2d(frog(64).astype(int), VOTES[None])[0, 30, 10]
    assert f"Together {found}." in alt["channels"]


def test_a_stepper_refuses_a_control_that_it_does_not_have() -> None:
    with pytest.raises(ValueError, match=r"controls must be one of .* got 'colour'"):
        convolution.stepper(IMAGE, KERNEL, controls=("colour",))


def test_tables_are_written_exactly() -> None:
    assert written(np.array([[0, 1.5], [-2, 1 / 3]])) == "0,1.5/-2,0.333333333333"


# -- In the page -------------------------------------------------------------


WOKEN = """Promise.all(Array.from(document.querySelectorAll(".touch > *"), async (element) => {
  await customElements.whenDefined(element.localName);
  element.wake();
}))"""


class Served:
    """The site behind an address, and a browser in front of it that keeps its tabs."""

    def __init__(self, address: str, browser: Any) -> None:
        self.address, self.browser = address, browser
        self.tabs: dict[Any, Any] = {}

    def open(self, page: str, width: int = 1280, theme: str = "light", **options: Any) -> Any:
        """Show a page in a tab of its own, or in an earlier test's, as in the beginning."""
        key = (page, width, theme, *options.items())
        if key not in self.tabs:
            self.tabs[key] = self._new(page, width, theme, options)
        elif options.get("java_script_enabled", True):
            self.tabs[key].emulate_media(media="screen")
            self.tabs[key].mouse.move(0, 0)
            self.tabs[key].evaluate("""() => {
                history.replaceState(null, "", location.pathname);
                document.querySelectorAll(".touch > *").forEach(e => e.set({}));
            }""")
        return self.tabs[key]

    def _new(self, page: str, width: int, theme: str, options: dict[str, Any]) -> Any:
        """Open a window and listen to what its page complains of."""
        size = {"width": width, "height": 900}
        context = self.browser.new_context(viewport=size, color_scheme=theme, **options)
        tab = context.new_page()
        tab.complaints = []
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.on("console", lambda m: m.type == "error" and tab.complaints.append(m.text))
        tab.goto(f"{self.address}/{page}", wait_until="load")
        if options.get("java_script_enabled", True):
            tab.evaluate(WOKEN)
        return tab


@pytest.fixture(scope="module")
def served(site: Site, browser: Any) -> Iterator[Served]:
    """Serve the site to one browser."""
    with serve(site.folder) as address:
        yield Served(address, browser)


@pytest.fixture
def opened(served: Served) -> Iterator[Callable[..., Any]]:
    """Return a function that shows pages; at the end none may have complained."""
    yield served.open
    heard = [complaint for tab in served.tabs.values() for complaint in tab.complaints]
    assert not heard, "\n".join(heard)


STEPPER = ("convolution.html", "fig-stepper")
FAR = ("convolution.html", "fig-bench")  # some screens down its page
PADDING = ("padding.html", "fig-padding-stepper")
STRIDE = ("stride.html", "fig-stride-stepper")
MATRIX = ("matmul.html", "fig-linked-matrix")
CHANNELS = ("channels.html", "fig-channel-block")
ALL = [STEPPER, PADDING, STRIDE, MATRIX, CHANNELS]


def element(tab: Any, figure: str) -> Any:
    """Find an explorable by the name of its figure."""
    return tab.locator(f"#{figure} .touch > *")


def cell(tab: Any, figure: str, grid: str, at: str) -> Any:
    """Find a cell of a grid."""
    return element(tab, figure).locator(f'.{grid} [data-at="{at}"]').first


def said(tab: Any, figure: str) -> str:
    """Return the sentence about what is chosen."""
    text: str = element(tab, figure).locator(".words").inner_text()
    return text


def noted(tab: Any, figure: str) -> str:
    """Return the remark below."""
    text: str = element(tab, figure).locator(".note").inner_text()
    return text


# -- JavaScript computes what the library computes ---------------------------


def numbers(rng: Any, *shape: int) -> Any:
    """Draw whole numbers, as readers type them."""
    return rng.integers(-9, 10, shape)


def cases(count: int) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Draw planes, slices and options that go together."""
    rng = np.random.default_rng(13)
    while count:
        groups, each, kernels = rng.integers(1, 3, 3)
        image = numbers(rng, groups * each, *rng.integers(1, 7, 2))
        weight = numbers(rng, groups * kernels, each, *rng.integers(1, 5, 2))
        options = {
            "stride": int(rng.integers(1, 4)),
            "padding": int(rng.integers(0, 4)),
            "dilation": int(rng.integers(1, 4)),
            "mode": str(rng.choice(MODES)),
            "groups": int(groups),
        }
        if fits(image.shape[1:], weight.shape[2:], options):
            count -= 1
            yield image, weight, options


def fits(size: Any, kernel: Any, options: dict[str, Any]) -> bool:
    """Tell whether the kernel has a place, and the mode something to read."""
    padding, mode = options["padding"], options["mode"]
    if (mode == "reflect" and padding >= min(size)) or (mode == "circular" and padding > min(size)):
        return False
    spans = (options["dilation"] * (k - 1) + 1 for k in kernel)
    return all(n + 2 * padding >= span for n, span in zip(size, spans, strict=True))


def expected(image: Any, weight: Any, options: dict[str, Any]) -> tuple[Any, Any]:
    """Return the convolution's outputs and its matrix, by the library."""
    sizes = {key: options[key] for key in ("stride", "dilation", "groups")}
    padding, mode = options["padding"], options["mode"]
    beyond = pad(image, (padding,) * 4, mode="constant" if mode == "zeros" else mode)
    matrix = convolution_matrix(
        weight, image.shape[1:], padding=padding, padding_mode=mode, **sizes
    )
    return conv2d(beyond, weight, **sizes), matrix


IN_THE_PAGE = """async cases => {
  const { outputs, matrix, conv2d } = await import("/_static/explore/arithmetic.js");
  return cases.map(([x, w, options], k) => [
    outputs(x, w.flat(), options),
    k % 4 ? null : matrix(x, w.flat(), options),
    conv2d(x[0], w[0][0], { ...options, flip: true }),
  ]);
}"""


def test_javascript_equals_the_library(opened: Any) -> None:
    """Four modes, padding, stride, dilation, channels, kernels, groups, the flip."""
    drawn = [*cases(400)]
    data = [(image.tolist(), weight.tolist(), options) for image, weight, options in drawn]
    results = opened(STEPPER[0]).evaluate(IN_THE_PAGE, data)
    assert {options["mode"] for *_, options in drawn} == set(MODES)
    for (image, weight, options), (sums, rows, turned) in zip(drawn, results, strict=True):
        output, matrix = expected(image, weight, options)
        assert sums == output.ravel().tolist(), options
        assert rows in (None, matrix.tolist()), options
        alone = {**options, "groups": 1}
        first, _ = expected(image[:1], flip(weight[:1, :1]), alone)
        assert turned == first[0].tolist(), options


def test_patches_in_columns_are_unfolded_ones(opened: Any) -> None:
    explorable = element(opened(MATRIX[0]), MATRIX[1])
    explorable.evaluate("e => e.set({ view: 'patches', channels: '2', padding: '1' })")
    image = np.array(explorable.evaluate("e => e.state.x"))
    cells = "e => [...e.body.cells.values()].map(cell => Number(cell.children[0].textContent))"
    assert explorable.evaluate(cells) == unfold(image, 2, padding=1).ravel().tolist()


def test_what_is_outside_is_counted_as_the_library_pads(opened: Any) -> None:
    """Zeros as well as copies; and the sum says which of its numbers are no pixels."""
    tab, name = opened(PADDING[0]), PADDING[1]
    explorable = element(tab, name)
    for mode in MODES:
        for side, kernel, padding in ((3, 3, 1), (3, 2, 1), (1, 1, 3), (5, 1, 1), (4, 3, 2)):
            options = {"padding": padding, "mode": mode, "groups": 1, "stride": 1, "dilation": 1}
            if not fits((side, side), (kernel, kernel), options):
                continue
            image = np.arange(1, side**2 + 1).reshape(side, side)
            query = {"x": written(image), "w": written(np.ones((kernel, kernel)))}
            query |= {"mode": mode, "padding": str(padding)}
            explorable.evaluate("(e, query) => e.set(query)", query)
            inside = np.pad(np.ones_like(image), padding)[None]
            outside = kernel**2 - conv2d(inside, np.ones((1, 1, kernel, kernel), int))[0]
            count = f"by {np.count_nonzero(outside)} of {outside.size} outputs."
            assert noted(tab, name) == f"Places outside the image are read {count}", query
            explorable.evaluate("e => e.grids.output.choose([0, 0])")
            assert explorable.locator(".words .none").count() == outside[0, 0], query
    explorable.evaluate("e => e.set({ mode: 'zeros', on: 'input', at: '-1,0' })")
    assert not explorable.locator(".twin").count(), "a zero has no twin"


def test_the_matrix_is_counted_as_the_library_fills_it(opened: Any) -> None:
    """Copies of one weight, sums of several, zeros."""
    tab, name = opened(MATRIX[0]), MATRIX[1]
    explorable = element(tab, name)
    rng = np.random.default_rng(8)
    for _ in range(15):
        query = {key: str(rng.choice(values)) for key, values in SETTINGS["conv-matrix"].items()}
        query["view"] = "matrix"
        size, kernel, padding, stride = rng.integers((1, 1, 0, 1), (5, 4, 3, 4)).tolist()
        query |= {"x": written(np.ones((size, size))), "w": written(np.ones((kernel, kernel)))}
        query |= {"padding": str(padding), "stride": str(stride)}
        explorable.evaluate("(e, query) => e.set(query)", query)
        state = explorable.evaluate("e => e.state")
        explorable.evaluate("e => e.change()")  # a remark, if there was a refusal
        options = {key: state[key] for key in ("padding", "stride", "dilation", "groups")}
        shape = (state["kernels"], state["channels"] // state["groups"], *np.shape(state["w"][0]))

        def filled(weight: Any, state: Any = state, options: Any = options) -> Any:
            mode = state["mode"]
            size = np.shape(state["x"][0])
            return convolution_matrix(weight, size, padding_mode=mode, **options)

        taps = filled(np.ones(shape, int))
        units = np.eye(int(np.prod(shape)), dtype=int).reshape(-1, *shape)
        used = sum(bool((filled(unit) * (taps == 1)).any()) for unit in units)
        entries, single, sums = taps.size, (taps == 1).sum(), (taps > 1).sum()
        counts = [(entries, "entr"), (single, "cop"), (used, "weight")]
        counts += [(sums, "sum")] * bool(sums) + [(entries - sums - single, "zero")]
        found = re.findall(r"(\d+) (entr|cop|weight|sum|zero)(ies|y|s|)\b", noted(tab, name))
        assert found == [
            (str(n), word, ({"entr": "y", "cop": "y"} if n == 1 else {"entr": "ies", "cop": "ies"})
             .get(word, "" if n == 1 else "s")) for n, word in counts
        ], query  # fmt: skip


SETTINGS = {
    "conv-stepper": {
        "x": ("9,8,7,6/5,4,3,2/1,0,-1,-2/3,1,4,1", "1,2,3/4,5,6/7,8,9"),
        "w": ("1,2/3,4", "0,0.25,0/1,-1,2/0,3,0"),
        "padding": ("0", "1"),
        "mode": MODES,
        "stride": ("1", "2"),
        "dilation": ("1", "2"),
        "flip": ("false", "true"),
    },
    "conv-matrix": {
        "x": ("9,8,7/5,4,3/1,0,-1", "1,2,3,4/5,6,7,8/9,1,2,3/4,5,6,7"),
        "w": ("1,2/3,4", "0,0.25,0/1,-1,2/0,3,0"),
        "padding": ("0", "1"),
        "mode": MODES,
        "stride": ("1", "2"),
        "dilation": ("1", "2"),
        "channels": ("1", "2"),
        "kernels": ("1", "2"),
        "groups": ("1", "2"),
        "view": ("matrix", "transpose", "patches"),
    },
    "conv-channels": {
        "seen": ("colour", "Rec. 601", "Rec. 709", "mean"),
        "at": ("0,0", "20,31"),
    },
}
SHOWN = {
    "conv-stepper": "e => e.state.y",
    "conv-matrix": "e => e.state.view === 'transpose' ? e.back : e.y",
    "conv-channels": "e => e.results[3][e.state.at[0] * (e.given.size[1] - 2) + e.state.at[1]]",
}


@pytest.mark.parametrize(("page", "figure"), [STEPPER, MATRIX, CHANNELS])
def test_the_python_taken_along_computes_what_is_shown(opened: Any, page: str, figure: str) -> None:
    """Whatever is set, the program runs as it is and gives the numbers on the screen."""
    explorable = element(opened(page), figure)
    tag = explorable.evaluate("e => e.localName")
    rng = np.random.default_rng(4)
    for _ in range(40):
        query = {key: str(rng.choice(values)) for key, values in SETTINGS[tag].items()}
        explorable.evaluate("(e, query) => e.set(query)", query)
        *lines, last = explorable.evaluate("e => e.python()")
        names: dict[str, Any] = {}
        exec("\n".join(lines), names)
        result = eval(last, names)
        shown = np.ravel(explorable.evaluate(SHOWN[tag]))
        assert np.allclose(np.ravel(result), shown, rtol=1e-12, atol=1e-9), query


def test_the_frog_is_gone_in_its_own_grey_only(opened: Any) -> None:
    """A kernel that sees greys finds it in no Rec. 601 grey, and in others; the votes see none."""
    tab, name = opened(CHANNELS[0]), CHANNELS[1]
    explorable = element(tab, name)
    dots = ";".join(["0,0,0/0,1,0/0,0,0"] * 3)
    explorable.evaluate("(e, w) => e.set({ seen: 'Rec. 601', w })", dots)
    grey = np.array(explorable.evaluate("e => [...e.planes[0]]"))
    assert (grey == luma(frog()[:, ::2, ::2]).ravel()).all()
    assert noted(tab, name) == "Every result is 324.75: the frog is gone."
    for other in ("Rec. 709", "mean"):
        explorable.evaluate("(e, query) => e.set(query)", {"seen": other, "w": dots})
        assert "gone" not in noted(tab, name)
        explorable.evaluate("(e, seen) => e.set({ seen })", other)
        assert "cancel on every grey" in noted(tab, name)


# -- Touching ----------------------------------------------------------------


def test_the_first_state_is_the_book_s_own(opened: Any) -> None:
    tab = opened(STEPPER[0])
    assert said(tab, STEPPER[1]) == "y[0, 1] = 1·0 + 2·1 + 4·2 + 5·3 = 25"


def test_everything_points_at_its_partners(opened: Any) -> None:
    """An output, an input and a weight; the mouse previews, a press keeps."""
    tab, name = opened(STEPPER[0]), STEPPER[1]
    cell(tab, name, "output", "1,1").click()
    assert said(tab, name).endswith("4·0 + 5·1 + 7·2 + 8·3 = 43")
    cell(tab, name, "box.input", "1,1").hover()
    expected_words = "has weight 3 in y[0, 0], 2 in y[0, 1], 1 in y[1, 0], 0 in y[1, 1]"
    assert expected_words in said(tab, name)
    tab.mouse.move(1, 1)
    assert said(tab, name).endswith("= 43")
    cell(tab, name, "box.kernel", "0,1").click()
    tab.mouse.move(1, 1)
    assert said(tab, name) == "w[0, 1] = 1 meets in turn: 1, 2, 4, 5"


def test_numbers_change_by_keys(opened: Any) -> None:
    """The keyboard alone reaches a number, types a fraction, steps, clears, and is refused."""
    tab, name = opened(STEPPER[0]), STEPPER[1]
    pixel = cell(tab, name, "box.input", "0,0")
    pixel.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.type("1/4")
    tab.keyboard.press("Enter")
    value = "e => e.state.x[1][1]"
    explorable = element(tab, name)
    assert explorable.evaluate(value) == 0.25
    tab.keyboard.type("1/9")
    tab.keyboard.press("Enter")
    scrolled = tab.evaluate("scrollY")
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")
    assert explorable.evaluate(value) == 1 / 9, "what is shown in a field is rounded"
    assert tab.evaluate("scrollY") == scrolled
    tab.keyboard.type("+.25")
    tab.keyboard.press("Enter")
    assert explorable.evaluate(value) == 0.25
    tab.keyboard.press("PageUp")
    assert explorable.evaluate(value) == 1.25
    tab.keyboard.press("Backspace")
    assert explorable.evaluate(value) == 0
    for wrong in ("abc", "1/0", "99999"):
        tab.keyboard.press("F2")
        tab.keyboard.type(wrong)
        tab.keyboard.press("Enter")
        assert explorable.evaluate(value) == 0
        assert f"“{wrong}” is not a number" in noted(tab, name)
    tab.keyboard.press("/")
    assert not tab.evaluate("!!document.querySelector('dialog[open]')")


def test_numbers_change_by_dragging(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    box = cell(tab, name, "box.kernel", "0,0").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 27, y, steps=4)
    tab.mouse.up()
    weight = "e => e.state.w[0][0]"
    assert element(tab, name).evaluate(weight) == 3
    tab.mouse.down()
    tab.mouse.move(x + 90, y)
    assert element(tab, name).evaluate(weight) > 3
    cancel = "e => e.grids.kernel.body.dispatchEvent(new PointerEvent('pointercancel'))"
    element(tab, name).evaluate(cancel)
    tab.mouse.up()
    assert element(tab, name).evaluate(weight) == 3, "the page was scrolled"
    tab.mouse.dblclick(x, y)
    tab.keyboard.type("5")
    pixel = cell(tab, name, "box.kernel", "0,1").bounding_box()
    tab.mouse.move(pixel["x"] + 9, y)
    tab.mouse.down()
    tab.mouse.move(pixel["x"] + 9 + 18, y)
    tab.mouse.up()
    assert element(tab, name).evaluate("e => e.state.w[0]") == [5, 3]


def test_fingers_choose_and_type(opened: Any) -> None:
    tab = opened(STEPPER[0], width=360, has_touch=True, is_mobile=True)
    name = STEPPER[1]
    cell(tab, name, "output", "1,0").tap()
    assert said(tab, name).startswith("y[1, 0]")
    pixel = cell(tab, name, "box.input", "0,0")
    pixel.tap()
    assert not element(tab, name).locator(".grid input").count()
    pixel.tap()
    tab.keyboard.type("-3")
    tab.keyboard.press("Enter")
    assert element(tab, name).evaluate("e => e.state.x[0][0]") == -3


def test_the_flip_turns_the_window(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    element(tab, name).locator(".toggle", has_text="flip").click()
    assert said(tab, name) == "y[0, 1] = 1·3 + 2·2 + 4·1 + 5·0 = 11"
    frame = element(tab, name).locator(".frame")
    assert frame.evaluate("e => getComputedStyle(e).rotate") != "none"
    assert (
        element(tab, name).locator(".foot code").inner_text().startswith("conv2d(x[None], flip(w)")
    )


def test_a_wrong_prediction_is_told_why(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    element(tab, name).locator(".toggle", has_text="predict").click()
    assert said(tab, name).endswith("= ?")
    cell(tab, name, "output", "0,0").focus()
    for guess, answer in {
        "5": "flipped",
        "8": "sum of the pixels",
        "25": "y[0, 1]",
        "1": "more",
    }.items():
        tab.keyboard.type(guess)
        tab.keyboard.press("Enter")
        assert answer in noted(tab, name)
    tab.keyboard.type("19")
    tab.keyboard.press("Enter")
    assert said(tab, name).endswith("= 19")
    assert noted(tab, name) == "1 of 4 outputs right."
    element(tab, name).locator("button", has_text="an edge").click()
    assert said(tab, name).endswith("= ?"), "a start leaves the question"
    element(tab, name).evaluate("e => e.set({ predict: 'true', x: '1,1,1', w: '0.004' })")
    element(tab, name).evaluate("e => e.guess(0, 0, 0)")
    assert "y[0, 0] is more than 0" in noted(tab, name)
    cell(tab, name, "output", "0,1").focus()
    for key in ("Backspace", "PageUp"):
        tab.keyboard.press(key)
    assert "not 0" not in said(tab, name)
    assert "y[0, 1]" not in noted(tab, name), "only what is typed is a guess"


@pytest.mark.parametrize(
    ("goal", "settings"),
    [
        ("all zeros", {"x": "5,5,5/5,5,5/5,5,5", "w": "1,-1/-1,1"}),
        ("all zeros", {"x": "1,1,1/1,1,1", "w": "0.1,0.2/-0.2,-0.1"}),  # but for roundings
        ("no flip", {"w": "1,2/2,1", "flip": "true"}),
        ("no flip", {"x": "1,2,1/2,1,2/1,2,1", "w": "1,2/1,2", "flip": "true"}),
    ],
)
def test_a_goal_can_be_met(opened: Any, goal: str, settings: dict[str, str]) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    element(tab, name).evaluate("(e, query) => e.set(query)", {"goal": goal})
    assert "Done" not in noted(tab, name)
    element(tab, name).evaluate("(e, query) => e.set(query)", {"goal": goal, **settings})
    assert "Done" in noted(tab, name)


def test_play_walks_and_ends(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    play = element(tab, name).locator(".play")
    play.click()
    assert said(tab, name).startswith("y[0, 0]")
    assert play.inner_text() == "Pause"
    sync_api.expect(play).to_have_text("Play", timeout=20_000)
    assert said(tab, name).startswith("y[1, 1]")


def test_play_leaves_nothing_blank(opened: Any) -> None:
    """The walk goes on when the flip or a size changes; who stops it sees all outputs."""
    tab, name = opened(STEPPER[0]), STEPPER[1]
    play, blank = (element(tab, name).locator(kind) for kind in (".play", ".later"))
    walked = "e => [e.step, e.shadowRoot.querySelectorAll('.later').length]"
    play.click()
    element(tab, name).locator(".toggle", has_text="flip").click()
    element(tab, name).get_by_label("more input size").click()
    assert play.inner_text() == "Pause"
    step, hidden = element(tab, name).evaluate(walked)
    assert hidden == 8 - step
    sync_api.expect(blank).not_to_have_count(hidden, timeout=5000)
    play.click()
    halted, hidden = element(tab, name).evaluate(walked)
    assert halted > step
    assert not hidden
    play.click()
    step, hidden = element(tab, name).evaluate(walked)
    assert step >= halted, "from where it was halted"
    assert hidden == 8 - step
    cell(tab, name, "box.kernel", "0,0").click()
    tab.keyboard.press("PageUp")
    assert play.inner_text() == "Play"
    assert not blank.count()


@pytest.mark.parametrize(
    ("setting", "prints"),
    [
        ("x=0,0,0/0,1,0/0,0,0", True),
        ("x=1,0,0/0,0,0/0,0,0", False),  # three weights never meet it
        ("x=1,0,0/0,0,0/0,0,0&padding=1", True),
        ("x=1,0,0/0,0,0/0,0,0&padding=1&mode=replicate", False),
        ("x=0,0,0/0,2,0/0,0,0", False),  # twice the kernel
        ("x=0,1&w=1,2", False),
        ("x=0,0,0/0,1,0/0,0,0&padding=3&stride=2", False),
    ],
)
def test_a_bright_pixel_prints_the_kernel_or_not(opened: Any, setting: str, prints: bool) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    query = "(e, q) => e.set(Object.fromEntries(new URLSearchParams(q)))"
    element(tab, name).evaluate(query, setting)
    assert ("prints the kernel" in noted(tab, name)) == prints


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(("page", "figure"), ALL[:4])
def test_the_buttons_of_a_size_stay_under_the_pointer(
    opened: Any, page: str, figure: str, width: int
) -> None:
    """However often they are pressed, even when another pointer rests on a number."""
    tab = opened(page, width=width)
    explorable = element(tab, figure)
    smallest = {"x": "1", "w": "1"}
    explorable.evaluate("(e, query) => e.set(query)", smallest)
    for name in ("more input size", "more image size", "more kernel size"):
        button = explorable.get_by_label(name)
        if not button.count():
            continue
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        for _ in range(2):
            tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    state = explorable.evaluate("e => [e.state.x, e.state.w].map(rows => rows.flat(9).length)")
    assert state == [9, 9]
    explorable.evaluate("e => e.set({})")
    cell(tab, figure, "set.output" if page == MATRIX[0] else "output", "1,1").hover()
    explorable.get_by_label(re.compile("less (input|image) size")).press("Enter")


def test_an_entry_of_the_matrix_is_its_weight(opened: Any) -> None:
    """Change one entry and every copy of the weight changes with it."""
    tab, name = opened(MATRIX[0]), MATRIX[1]
    entry = cell(tab, name, "body", "1,2")
    entry.click()
    assert said(tab, name) == "2: how much x[0, 2] counts in y[0, 1]."
    tab.keyboard.type("7")
    tab.keyboard.press("Enter")
    rows = element(tab, name).evaluate("e => e.matrix")
    weight = np.array([[1, 7], [3, 4]])[None, None]
    assert rows == convolution_matrix(weight, 3).tolist()
    cell(tab, name, "body", "0,8").click()
    assert "no training will change" in said(tab, name)


def test_partners_light_up_in_all_views(opened: Any) -> None:
    tab, name = opened(MATRIX[0]), MATRIX[1]
    lit = ".lit, .now"
    cell(tab, name, "set.kernel", "0,0").click()
    assert element(tab, name).locator(".body").locator(lit).count() == 4
    cell(tab, name, "set.image", "0,0").click()
    for place in element(tab, name).locator(lit).all():
        assert place.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    cell(tab, name, "set.kernel", "0,0").click()
    element(tab, name).locator("button", has_text="transpose").click()
    assert element(tab, name).locator(".body").locator(lit).count() == 4
    element(tab, name).locator("button", has_text="patches").click()
    assert element(tab, name).locator(".body").locator(lit).count() == 4


def test_what_a_number_does_is_told_exactly(opened: Any) -> None:
    """One is singular, none is none, and nothing is said of a table that is not in sight."""
    tab, name = opened(MATRIX[0]), MATRIX[1]
    element(tab, name).evaluate("e => e.shadowRoot.activeElement?.blur()")
    query = "(e, q) => e.set(Object.fromEntries(new URLSearchParams(q)))"
    for setting, sentence in {
        "on=image&at=0,0,0": "x[0, 0] = 0 is read by 1 of 4 outputs.",
        "on=image&at=0,0,0&padding=1&mode=circular": "x[0, 0] = 0 is read by 9 of 16 outputs.",
        "on=image&at=0,0,0&padding=1&mode=replicate": (
            "x[0, 0] = 0 is read by 4 of 16 outputs, 9 times in all."
        ),
        "on=image&at=0,0,1&stride=2&x=1,2,3&w=1": "x[0, 1] = 2 is read by 0 of 2 outputs.",
        "on=kernel&at=0,0,0": (
            "w[0, 0] = 1 stands in 4 entries of the matrix. It is one number: they change together."
        ),
        "on=kernel&at=0,0,0&x=1,2/3,4": "w[0, 0] = 1 stands in 1 entry of the matrix.",
        "on=kernel&at=0,0,1&view=patches": "w[0, 1] = 2 multiplies row 1 of the patches.",
        "on=matrix&at=1,2,0&view=patches": "y[0, 1] = 1·1 + 2·2 + 3·4 + 4·5 = 37",
        "on=patches&at=0,1,0&view=matrix": "y[0, 1] = 1·1 + 2·2 + 3·4 + 4·5 = 37",
    }.items():
        element(tab, name).evaluate(query, setting)
        assert said(tab, name) == sentence
    element(tab, name).evaluate(query, "view=patches&padding=1")
    assert noted(tab, name) == "64 entries: 36 copies of 9 pixels, 28 zeros."
    element(tab, name).evaluate(query, "x=1&w=1")
    assert noted(tab, name) == "1 entry: 1 copy of 1 weight, 0 zeros."


def test_an_empty_place_beside_the_patches_is_no_weight(opened: Any) -> None:
    tab, name = opened(MATRIX[0]), MATRIX[1]
    groups = {"view": "patches", "channels": "2", "kernels": "2", "groups": "2"}
    element(tab, name).evaluate("(e, query) => e.set(query)", groups)
    empty = cell(tab, name, "left", "0,1")
    empty.click()
    assert "belongs to the other group" in said(tab, name)
    element(tab, name).get_by_label("more padding").click()
    assert element(tab, name).evaluate("e => [e.state.padding, e.state.on]") == [1, "output"]


def test_grids_have_names_of_their_own(opened: Any) -> None:
    explorable = element(opened(MATRIX[0]), MATRIX[1])
    explorable.evaluate("e => e.set({ channels: '2', kernels: '2', view: 'transpose' })")
    grids = explorable.locator(".grid:visible")
    names = grids.evaluate_all("grids => grids.map(grid => grid.ariaLabel)")
    assert len(names) == len({*names}) == 11


def test_the_window_moves_over_the_frog(opened: Any) -> None:
    tab, name = opened(CHANNELS[0]), CHANNELS[1]
    element(tab, name).locator(".frame canvas").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Shift+ArrowDown")
    assert element(tab, name).evaluate("e => e.state.at") == [40, 11]
    picture = frog()[:, ::2, ::2].astype(int)
    assert said(tab, name).endswith(
        f"= {conv2d(picture, VOTES[None])[0, 40, 11]}".replace("-", "−")
    )


def test_the_frog_lets_a_weight_and_a_page_go(opened: Any) -> None:
    tab = opened(CHANNELS[0])
    explorable = element(tab, CHANNELS[1])
    whole = said(tab, CHANNELS[1])
    explorable.locator(".weights [role=gridcell]").first.click()
    assert "tap (0, 0)" in said(tab, CHANNELS[1])
    tab.mouse.move(0, 0)
    explorable.locator(".frame canvas").focus()
    assert said(tab, CHANNELS[1]) == whole
    assert explorable.locator(".frame").evaluate("e => getComputedStyle(e).touchAction") == "pan-y"


# -- Settings ----------------------------------------------------------------


@pytest.mark.parametrize(("page", "figure"), ALL)
def test_a_link_restores_what_was_shown(opened: Any, page: str, figure: str) -> None:
    tab = opened(page)
    explorable = element(tab, figure)
    query = {
        key: values[-1] for key, values in SETTINGS[explorable.evaluate("e => e.localName")].items()
    }
    explorable.evaluate("(e, query) => e.set(query)", query)
    link, settings = explorable.evaluate("e => [e.link(), e.settings()]")
    assert settings
    fresh = opened(f"{page}#{link.split('#')[1]}")
    assert element(fresh, figure).evaluate("e => e.settings()") == settings


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("x=a", "“a” is not a number"),
        ("x=1,2/3", "rows of equal length"),
        ("x=", "is not a number"),
        ("padding=99", "a whole number from 0 to 3"),
        ("padding=3&mode=reflect", "now padding is 2, dilation 1, the kernel 2 by 2"),
        ("mode=wrap", "one of zeros"),
        ("nonsense=1", "which this figure does not have"),
        ("w=1,2,3,4/1,2,3,4/1,2,3,4/1,2,3,4", "now padding is 0, dilation 1, the kernel 3 by 3"),
    ],
)
def test_a_bad_setting_gets_a_sentence(opened: Any, setting: str, sentence: str) -> None:
    tab = opened(f"{STEPPER[0]}#{STEPPER[1]}?{setting}")
    assert sentence in noted(tab, STEPPER[1])


def test_tables_too_many_get_a_sentence(opened: Any) -> None:
    tab, name = opened(MATRIX[0]), MATRIX[1]
    for query in ({"x": "1,2/3,4;5,6/7,8"}, {"w": "1;2"}, {"groups": "2"}):
        element(tab, name).evaluate("(e, query) => e.set(query)", query)
        assert "the last are left out" in noted(tab, name), query
    element(tab, name).evaluate("e => e.set({ channels: '2' })")
    element(tab, name).get_by_label("fewer channels").click()
    assert "left out" not in noted(tab, name)


def test_an_oblong_kernel_can_shrink(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    element(tab, name).evaluate("e => e.set({ x: '1,2,3', w: '1,2,3' })")
    element(tab, name).get_by_label("less kernel size").click()
    assert element(tab, name).evaluate("e => e.state.w") == [[1, 2]]


def test_every_sentence_sets_its_figure(opened: Any, site: Site) -> None:
    """Each {try} of the book leads to a figure on its page, which then has these settings."""
    count = 0
    for name, page in site.pages.items():
        links = [a for a in page.all("a") if "data-try" in a]
        if not links:
            continue
        tab = opened(name)
        for link in links:
            count += 1
            figure, query = link["href"].removeprefix("#"), link["data-try"]
            tab.locator(f'a[data-try="{query}"]').first.click()
            wrong = element(tab, figure).evaluate(
                """(e, query) => [...new URLSearchParams(query)].filter(([name, text]) =>
                  e.constructor.fields[name].write(e.state[name]) !== text).map(String)""",
                query,
            )
            assert not wrong, f"{name}: {query}: {wrong}"
            assert not element(tab, figure).locator(".problem").count(), query
    assert count >= 10


def test_the_way_back_from_a_figure_leads_to_the_sentence(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    sentence = tab.locator(f'a[data-try][href*="#{name}?"]').first
    sentence.click(modifiers=["Control"])
    assert "?" not in tab.url
    there = sentence.evaluate("e => e.getBoundingClientRect().top")
    sentence.click()
    assert tab.url == sentence.evaluate("e => e.href")
    changed = element(tab, name).evaluate("e => e.settings()")
    assert changed
    assert element(tab, name).evaluate("e => Boolean(e.shadowRoot.activeElement)"), "Tab goes on"
    tab.go_back()
    for _ in range(50):
        back = sentence.evaluate("e => e.getBoundingClientRect().top")
        if abs(back - there) < 3:
            break
        tab.wait_for_timeout(100)
    assert back == pytest.approx(there, abs=3)
    tab.go_forward()
    element(tab, name).locator("button", has_text="Start again").click()
    assert "?" not in tab.url


ASKED: dict[str, Callable[[Any], object]] = {
    "scrolling": lambda tab: tab.locator(f"#{FAR[1]}").scroll_into_view_if_needed(),
    "the Tab key": lambda tab: tab.keyboard.press("Tab"),
    "a sentence": lambda tab: tab.locator(f'a[data-try][href*="#{FAR[1]}"]').first.click(),
    "a link": lambda tab: tab.evaluate(f"location.hash = '{FAR[1]}?colour=true'"),
}


@pytest.mark.parametrize("way", ASKED)
def test_it_is_built_when_somebody_comes_near(served: Served, way: str) -> None:
    """Far from the window an explorable costs nothing: only its drawing stands there."""
    tab = served.browser.new_page(viewport={"width": 1280, "height": 700})
    tab.goto(f"{served.address}/{FAR[0]}", wait_until="load")
    tab.wait_for_timeout(700)
    assert not element(tab, FAR[1]).evaluate("e => Boolean(e.shadowRoot)")
    assert tab.locator(f"#{FAR[1]} svg.convbook").first.is_visible()
    ASKED[way](tab)
    element(tab, FAR[1]).locator(".panel").wait_for(timeout=5000)
    status = element(tab, FAR[1]).locator("[role=status]")
    if way in ("a sentence", "a link"):
        sync_api.expect(status).not_to_be_empty(timeout=5000)
    else:
        tab.wait_for_timeout(700)
        assert not status.text_content(), "it speaks to those who touch it"
    tab.close()


def test_try_without_javascript_leads_to_the_figure(site: Site) -> None:
    for page in site.pages.values():
        for link in page.all("a"):
            if "data-try" in link:
                assert link["href"].removeprefix("#") in page.ids


# -- For everybody -----------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(("page", "figure"), ALL)
def test_the_room_is_reserved(opened: Any, page: str, figure: str, width: int) -> None:
    """What stands there before the script is as high as what comes, so nothing jumps."""
    tab = opened(page, width=width)
    reserved, needed = element(tab, figure).evaluate(
        """e => {
          const panel = e.shadowRoot.querySelector(".panel");
          const reserved = parseFloat(getComputedStyle(e).minHeight);
          panel.style.minHeight = "0";
          return [reserved, panel.getBoundingClientRect().height];
        }"""
    )
    assert needed <= reserved + 1, f"{needed / 16:.2f}rem, reserved {reserved / 16:.2f}"
    assert reserved <= needed + 80, f"{needed / 16:.2f}rem, reserved {reserved / 16:.2f}"


@pytest.mark.parametrize(("page", "figure"), ALL)
def test_the_room_is_reserved_at_any_width(opened: Any, page: str, figure: str) -> None:
    """On a tablet, on a large phone and in a page enlarged to twice its size, too."""
    missing = element(opened(page), figure).evaluate(
        """e => {
          const panel = e.shadowRoot.querySelector(".panel"), found = {};
          panel.style.minHeight = "0";
          for (let width = 306; width < 712; width += 14) {
            e.parentNode.style.width = `${width}px`;
            const more = panel.offsetHeight - parseFloat(getComputedStyle(e).minHeight);
            if (more > 1) found[width] = more;
          }
          panel.style.minHeight = e.parentNode.style.width = "";
          return found;
        }"""
    )
    assert not missing


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(("page", "figure"), [STEPPER, PADDING, STRIDE])
def test_the_numbers_stay_on_their_stage(opened: Any, page: str, figure: str, width: int) -> None:
    """On a phone the kernel and the output share a line, and cover no button."""
    tab = opened(page, width=width)
    beyond = element(tab, figure).evaluate(
        """e => {
          const all = (name) => [...e.shadowRoot.querySelectorAll(name)];
          const at = (name) => all(name).map(b => b.getBoundingClientRect());
          const [stage] = at(".stage");
          return at(".box").map(b => Math.max(stage.top - b.top, b.bottom - stage.bottom));
        }"""
    )
    assert max(beyond) <= 1, beyond


CROWDED = """(e, states) => {
  const all = (name) => [...e.shadowRoot.querySelectorAll(name)].filter((p) => p.offsetParent);
  const [panel, stage, words] = [".panel", ".stage", ".words"].map((name) => all(name)[0]);
  const found = [];
  for (const state of states) {
    e.set(state);
    panel.style.minHeight = "0";
    const height = panel.offsetHeight - parseFloat(getComputedStyle(e).minHeight);
    panel.style.minHeight = "";
    const [outer, inner] = [panel, stage].map((p) => p.getBoundingClientRect());
    const boxes = all(".stage .title, .stage .grid").map((p) => p.getBoundingClientRect());
    const beyond = Math.max(...boxes.flatMap((b) =>
      [inner.top - b.top, b.bottom - inner.bottom, outer.left - b.left, b.right - outer.right]));
    const meet = (a, b, low, high) => a[low] < b[high] - 1 && b[low] < a[high] - 1;
    const on = (a, b) => meet(a, b, "left", "right") && meet(a, b, "top", "bottom");
    const grids = all(".stage .grid").map((p) => p.getBoundingClientRect());
    const text = document.createRange();
    const wide = all("[role=gridcell] > b, [role=gridcell] > i, .frame i").map((p) => {
      text.selectNodeContents(p);
      return text.getBoundingClientRect().width - (p.closest("[role=gridcell]") ?? p).offsetWidth;
    });
    const faults = {
      height, beyond, words: words.scrollHeight - words.clientHeight, numbers: Math.max(...wide),
      overlaps: 2 * grids.some((a, k) => grids.some((b, n) => k < n && on(a, b))),
    };
    for (const name in faults) if (faults[name] > 1) found.push([name, faults[name], state]);
  }
  return found;
}"""


def crowds(tag: str, count: int) -> Iterator[dict[str, str]]:
    """Draw settings of every size, with numbers of every length."""
    rng = np.random.default_rng(6)
    side, kernel = (8, 5) if tag == "conv-stepper" else (4, 3)
    for _ in range(count):
        scale = rng.choice([1, 10, 100])
        image = rng.integers(-99, 1000, rng.integers(1, side + 1, 2)) // (1000 / scale)
        weights = rng.integers(-9, 10, rng.integers(1, kernel + 1, 2)) / rng.choice([1, 9])
        query = {key: str(rng.choice(values)) for key, values in SETTINGS[tag].items()}
        on = rng.choice(["output", "kernel", "input" if tag == "conv-stepper" else "image"])
        at = "1,1" if tag == "conv-stepper" else "0,1,1"
        yield {**query, "x": written(image), "w": written(weights), "on": str(on), "at": at}


@pytest.mark.parametrize("width", [1280, 390, 360])
@pytest.mark.parametrize(("page", "figure"), [STEPPER, PADDING, MATRIX])
def test_whatever_is_set_has_room(opened: Any, page: str, figure: str, width: int) -> None:
    """No result is cut off, no number runs into its neighbour, nothing jumps."""
    explorable = element(opened(page, width=width), figure)
    states = [*crowds(explorable.evaluate("e => e.localName"), 60)]
    found = explorable.evaluate(CROWDED, states)
    assert not found, "\n".join(map(str, found))


STATES = {
    STEPPER: [
        "",
        "flip=true",
        "padding=1&mode=circular&on=input&at=0,0",
        "on=kernel&at=0,0",
        "w=x",
    ],
    PADDING: [""],
    STRIDE: ["", "stride=3&dilation=2"],
    MATRIX: ["", "view=transpose&padding=1", "view=patches&channels=2", "on=matrix&at=0,0,0"],
    CHANNELS: ["", "seen=Rec. 601"],
}


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
@pytest.mark.parametrize(("page", "figure"), ALL)
def test_nothing_shuts_anyone_out(
    opened: Any, page: str, figure: str, width: int, theme: str
) -> None:
    """No violation in any state, and nothing sticks out of the page."""
    tab = opened(page, width=width, theme=theme)
    explorable = element(tab, figure)
    for state in STATES[page, figure]:
        explorable.evaluate("(e, q) => e.set(Object.fromEntries(new URLSearchParams(q)))", state)
        tab.wait_for_timeout(50)
        heard = violations(tab, f"#{figure}")
        assert not heard, f"{state}: " + "\n".join(heard)
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
        wide = explorable.evaluate(
            """e => [...e.shadowRoot.querySelectorAll("*")]
              .filter(p => !p.closest(".unseen, .frame, .mark, summary > *"))
              .filter(p => p.getBoundingClientRect().right > e.getBoundingClientRect().right + 1)
              .map(p => p.className)"""
        )
        assert not wide, f"{state}: {wide}"


@pytest.mark.parametrize(("page", "figure"), [STEPPER, MATRIX])
def test_forced_colours_keep_the_marks(opened: Any, page: str, figure: str) -> None:
    """Where the reader's colours replace ours, outlines tell what belongs together."""
    tab = opened(page, forced_colors="active")
    for mark in ("now", "lit"):
        style = (
            "e => [getComputedStyle(e).outlineStyle, parseFloat(getComputedStyle(e).outlineWidth)]"
        )
        kind, width = element(tab, figure).locator(f".{mark}").first.evaluate(style)
        assert kind != "none", mark
        assert width >= 2, mark


@pytest.mark.parametrize(("page", "figure"), ALL)
def test_without_scripts_and_on_paper_there_is_the_drawing(
    opened: Any, page: str, figure: str
) -> None:
    bare = opened(page, java_script_enabled=False)
    assert bare.locator(f"#{figure} svg.convbook").first.is_visible()
    tab = opened(page)
    assert not tab.locator(f"#{figure} svg.convbook").first.is_visible()
    tab.emulate_media(media="print")
    assert tab.locator(f"#{figure} svg.convbook").first.is_visible()
    assert not element(tab, figure).locator(".panel").is_visible()


def test_a_screen_reader_hears_the_sum_and_no_chatter(opened: Any) -> None:
    tab, name = opened(STEPPER[0]), STEPPER[1]
    explorable = element(tab, name)
    assert explorable.locator("[role=status], [aria-live], output").count() == 1
    tab.wait_for_timeout(800)  # what was said of the beginning
    heard = explorable.evaluate(
        """async e => {
          const heard = [];
          const listen = () => heard.push(e.voice.textContent);
          new MutationObserver(listen).observe(e.voice, { childList: true });
          for (const k of [0, 1, 0, 1, 0]) {
            e.grids.output.choose([0, k]);
            await new Promise(done => setTimeout(done, 20));
          }
          await new Promise(done => setTimeout(done, 1500));
          return heard;
        }"""
    )
    assert [text.split(" = ")[-1] for text in heard] == ["19"]


@pytest.mark.parametrize(("page", "figure"), [STEPPER, CHANNELS])
def test_motion_stops_where_it_is_not_wanted(opened: Any, page: str, figure: str) -> None:
    moving = """e => [...e.shadowRoot.querySelectorAll("*")]
      .some(p => getComputedStyle(p).transitionDuration.split(", ").some(t => parseFloat(t) > 0))"""
    tab = opened(page, reduced_motion="reduce")
    assert not element(tab, figure).evaluate(moving)
    if figure == STEPPER[1]:
        assert element(opened(page), figure).evaluate(moving)


# -- The extension -----------------------------------------------------------

FAULTS = {
    "{try}`flip it <flip=true>`": "try: not of the form text <fig-name?setting=value>",
    "<conv-nothing></conv-nothing>": "<conv-nothing> needs docs/_static/explore/nothing.js",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_author_stops_the_build(fault: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# A page\n\nHere: {fault}\n", "utf-8")
    done = build(tmp_path / "docs", tmp_path / "site" / "html")
    assert done.status
    assert FAULTS[fault] in " ".join(done.output.split())


# -- The files ---------------------------------------------------------------


def test_all_explorables_together_are_small(site: Site) -> None:
    """40 KB, compressed, for the six and what they share; each page loads what it shows."""
    folder = site.folder / "_static" / "explore"
    sizes = {path.stem: len(gzip.compress(path.read_bytes(), 9)) for path in folder.glob("*.js")}
    extra = sizes.pop("cover") + sizes.pop("shift")
    assert sum(sizes.values()) <= 40 * 1024, sizes
    assert extra <= 2.5 * 1024


def test_a_page_brings_only_what_it_shows(site: Site, served: Served) -> None:
    """And after everything that is to be read."""
    for name, page in site.pages.items():
        shown = set(re.findall(r"<conv-(\w+)", page.source))
        assert not [asset for asset in page.assets if "/explore/" in asset], name
        assert ("importmap" in page.source) == bool(shown), name
        if not shown:
            continue
        tab = served.open(name)
        early, brought = tab.evaluate(BROUGHT)
        assert not early, name
        assert shown <= set(brought) <= shown | {"parts", "photo", "arithmetic"}, name


BROUGHT = r"""() => {
  const [page] = performance.getEntriesByType("navigation");
  const scripts = performance.getEntriesByType("resource")
    .map(({ name, startTime }) => [/explore\/(\w+)\.js/.exec(name)?.[1], startTime])
    .filter(([name]) => name);
  const early = scripts.filter(([, start]) => start < page.loadEventStart);
  return [early, scripts].map((list) => list.map(([name]) => name));
}"""
"""The explorables' scripts that were asked for before the page had come, and all of them."""


def test_no_cache_can_mix_versions(site: Site) -> None:
    """Each module that another imports is imported with a checksum."""
    page = site.pages["convolution.html"]
    maps = re.search(r'<script type="importmap">(.*?)</script>', page.source)
    assert maps
    assert 'type="module"' not in page.source[: page.source.index("importmap")]
    versions = json.loads(maps[1])["imports"]
    for path in (site.folder / "_static" / "explore").glob("*.js"):
        for name in re.findall(r'from "\./(\w+\.js)"', path.read_text("utf-8")):
            assert f"./_static/explore/{name}?v=" in versions[f"./_static/explore/{name}"]
