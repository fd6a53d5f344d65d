"""The kernel bench, the budget bench, the depth curve, the shift slider and the cover, touched."""

import base64
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from chromium import serve, violations
from convbook import (
    DETECTORS,
    KERNELS,
    Layer,
    avg_pool2d,
    budget,
    calculate_gain,
    conv2d,
    luma,
    max_pool2d,
    receptive_field,
)
from legibility import assert_inside, assert_legible
from requirements import need
from website import ROOT

sync_api = need("playwright.sync_api")
figures = need("convbook.figures")
bench = need("convbook.figures._bench")
budgets = need("convbook.figures._budget")
covers = need("convbook.figures.cover")
depths = need("convbook.figures._depth")
palette = need("convbook.figures._palette")
photographs = need("convbook.figures._photographs")
shifts = need("convbook.figures._shift")
policy = need("pages").POLICY
explorables = need("explorables")
Image = need("PIL.Image")

STATIC = ROOT / "docs" / "_static"
WIDE, NARROW = 712, 306
"""Widths of the book's column on a desktop and on a phone of 360 pixels."""

# What the theme defines, in its own values.
THEME = """
:root { --pst-color-background: #fff; --pst-color-text-base: #222832;
  --pst-color-text-muted: #48566b; --pst-font-family-monospace: monospace; }
html[data-theme=dark] { --pst-color-background: #121416; --pst-color-text-base: #ced6dd;
  --pst-color-text-muted: #9ca4af; }
body { background: var(--pst-color-background); color: var(--pst-color-text-base); margin: 0;
  font: 16px/1.65 sans-serif; }
a { color: var(--pst-color-link); }
figure { width: 712px; max-width: 100%; margin: 0; }"""


def chelsea() -> Any:
    """The cover's picture."""
    return need("skimage.data").chelsea()[8:248, 60:420] @ [0.299, 0.587, 0.114]


def roof() -> Any:
    """The roof of the chapter on stride."""
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (16, 24)).astype(float)


def camera() -> Any:
    """The photographer, at half his size."""
    photo = need("skimage.data").camera()[30:350, 50:370]
    return photo.reshape(160, 2, 160, 2).mean(axis=(1, 3)).round()


def small(picture: Any) -> Any:
    """Halve a picture."""
    height, width = picture.shape
    return picture.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)).round()


THREE = [Layer(3, s, 1, channels=c) for s, c in ((1, 16), (2, 32), (1, 32))]
MADE: dict[str, Callable[[], Any]] = {
    "bench": lambda: bench.bench(camera(), KERNELS, "side edge", (46, 109)),
    "stack": lambda: bench.bench_stack(camera(), {**DETECTORS, **KERNELS}, [*DETECTORS]),
    "budget": lambda: budgets.budget_bench(THREE, (16, 224, 224)),
    "depth": lambda: depths.depth_curve(12, 16, 20),
    "shift": lambda: shifts.shift_slider(roof()),
    "cover": lambda: covers.cover(small(chelsea()), KERNELS["top edge"], at=(68, 52)),
}
PROMPTS = {
    "bench": "w=0,0,0,0,2,0,0,0,0", "stack": "pool=none", "budget": "layers=c4k5,mk2s2",
    "depth": "depth=3&bias=false", "shift": "shift=4", "cover": "at=10,20",
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a page for each figure, under the book's policy, with a sentence that sets it."""
    folder = tmp_path_factory.mktemp("explorables")
    (folder / "_static").mkdir()
    site = SimpleNamespace(outdir=folder / "html", config=SimpleNamespace(html_static_path=[]))
    explorables.shrink(site)  # the modules as the site serves them
    (folder / "_static" / "explore").symlink_to(Path(site.config.html_static_path[0]) / "explore")
    (folder / "_static" / "convbook.css").symlink_to(STATIC / "convbook.css")
    (folder / "_static" / "fonts").symlink_to(STATIC / "fonts")
    (folder / "_static" / "palette.css").write_text(figures.palette_css() + THEME)
    figures.write_photographs(folder / "_static" / "photographs")
    for name, make in MADE.items():
        figure = make()
        html = figure._repr_mimebundle_()["text/html"]
        (folder / f"{name}.html").write_text(
            f"""<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">
            <title>{name}</title><meta name="viewport" content="width=device-width">
            <link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy"
            content="{policy}">{
                "".join(
                    f'<link rel="stylesheet" href="_static/{css}.css">'
                    for css in ("palette", "convbook")
                )
            }
            <script type="module" src="_static/explore/{figure.name}.js"></script></head>
            <body><main><h1>{name}</h1><figure id="fig-{name}">{html}</figure>
            <p><a href="#fig-{name}" class="try" data-try="{PROMPTS[name]}">try</a></p></main>"""
        )
    with serve(folder) as found:
        yield found


@pytest.fixture
def touch(browser: Any, address: str) -> Iterator[Any]:
    """Return a function that opens a figure; whatever its page complains of fails the test."""
    contexts, complaints = [], []

    def opened(name: str, width: int = WIDE, query: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
        page.goto(f"{address}/{name}.html{query and f'#fig-{name}?{query}'}")
        if options.get("java_script_enabled", True):
            page.locator(".panel").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture(scope="module")
def compute(browser: Any, address: str) -> Iterator[Any]:
    """Return a function that calls the JavaScript on many cases."""
    page = browser.new_page()
    page.goto(f"{address}/shift.html")

    def called(module: str, code: str, cases: list[Any]) -> Any:
        script = f"cases => import('/_static/explore/{module}.js').then(m => cases.map({code}))"
        return page.evaluate(script, cases)

    yield called
    page.close()


def plane(array: Any) -> dict[str, Any]:
    """Hand an array over as JavaScript holds it."""
    return {"data": array.ravel().tolist(), "width": array.shape[1], "height": array.shape[0]}


def back(found: dict[str, Any]) -> Any:
    """Return a plane of JavaScript as an array."""
    return np.array(found["data"]).reshape(found["height"], found["width"])


PLAIN = "({data, width, height}) => ({data: [...data], width, height})"


# -- The drawings ------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
def test_a_drawing_reads_on_a_phone(name: str) -> None:
    figure = MADE[name]()
    assert_legible(figure)
    assert_inside(figure)


def test_descriptions_hold_computed_numbers() -> None:
    alt = {name: make().alt.replace("\N{MINUS SIGN}", "-") for name, make in MADE.items()}
    result = conv2d(camera()[None], KERNELS["side edge"][None, None])[0]
    assert f"add up to {result[46, 109]:g}" in alt["bench"]
    assert f"results from {result.min():.0f} to {result.max():.0f}" in alt["bench"]
    assert alt["stack"].count("39 by 39") == 4
    for cost in budget(THREE, (16, 224, 224)):
        assert f"{cost.multiply_adds:,} multiply-adds" in alt["budget"]
    ring = np.pad(roof(), [(0, n) for n in roof().shape], mode="symmetric")
    for blur in (False, True):
        assert f"{100 * shifts.unexplained(ring, 1, blur):.0f} %" in alt["shift"]
    levels = depths._draws(12, 16, 20)
    assert f"{np.median(levels['signal'], axis=0)[-1]:.1e}" in alt["depth"]


def test_a_figure_names_what_it_does_not_have() -> None:
    with pytest.raises(ValueError, match="shown must be"):
        bench.bench(camera(), KERNELS, "edge", (0, 0))
    with pytest.raises(ValueError, match="picture must be"):
        bench.bench(camera(), KERNELS, "side edge", (0, 0), picture="dog")
    with pytest.raises(ValueError, match="pooling must be"):
        bench.bench_stack(camera(), KERNELS, ["outline"], pooling="max")


# -- The same numbers as convbook's ------------------------------------------


def test_it_convolves_as_convbook_does(compute: Any) -> None:
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(300):
        x = rng.integers(0, 256, rng.integers(3, 13, 2)).astype(float)
        w = rng.integers(-4, 5, (3, 3)) / rng.choice([1, 9, 16])
        cases.append((x, w, int(rng.integers(1, 5))))
    told = [[plane(x), w.ravel().tolist(), stride] for x, w, stride in cases]
    results = compute("photo", f"([x, w, s]) => ({PLAIN})(m.slide(x, w, s))", told)
    for (x, w, stride), found in zip(cases, results, strict=True):
        expected = conv2d(x[None], w[None, None], stride=stride)[0]
        np.testing.assert_allclose(back(found), expected, rtol=0, atol=1e-10)


def test_it_pools_as_convbook_does(compute: Any) -> None:
    rng = np.random.default_rng(1)
    cases = [
        (rng.normal(size=rng.integers(4, 15, 2)), int(rng.integers(1, 5)), kind)
        for kind in ("max", "avg")
        for _ in range(100)
    ]
    told = [[plane(x), size, kind] for x, size, kind in cases]
    results = compute("photo", f"([x, size, kind]) => ({PLAIN})(m.pool(x, size, kind))", told)
    for (x, size, kind), found in zip(cases, results, strict=True):
        pool = {"max": max_pool2d, "avg": avg_pool2d}[kind]
        np.testing.assert_allclose(back(found), pool(x[None], size)[0], rtol=0, atol=1e-12)


def test_it_finds_the_greys_and_the_limit_of_the_figures(compute: Any) -> None:
    rng = np.random.default_rng(2)
    values = [
        rng.normal(size=(rng.integers(1, 30), 7)) * 10.0**k for k in range(-2, 3) for _ in range(20)
    ]
    values += [x * (rng.random(x.shape) < share) for x in values for share in (0.01, 0.05, 0.5)]
    values += [x.round() for x in values]  # many are equal
    values += [rng.normal(size=(3, *x.shape)) * x for x in values]  # three colours
    told = [[plane(x) for x in np.reshape(x, (-1, *x.shape[-2:]))] for x in values]
    found = compute("photo", "planes => m.limit(planes)", told)
    np.testing.assert_allclose(found, [np.percentile(abs(x), 98) for x in values], rtol=1e-12)
    colours = rng.integers(0, 256, (200, 3))
    told = [{"data": [*map(int, rgb), 255], "width": 1, "height": 1} for rgb in colours]
    greys = compute("photo", "image => m.split(image).grey[0]", told)
    exact = luma(colours.T.reshape(3, 1, -1)).ravel()
    assert abs(np.array(greys) - exact).max() <= 0.5 + 1e-9


def some_layers(rng: Any) -> list[Layer]:
    """Draw a network; not every one fits its image."""
    layers: list[Layer] = []
    for _ in range(rng.integers(1, 6)):
        k, s, p, d = (int(rng.integers(*between)) for between in ((1, 6), (1, 3), (0, 4), (1, 4)))
        c = int(rng.choice([2, 3, 4, 8])) if rng.random() < 0.8 else None
        groups = int(rng.choice([1, 1, 2, 4])) if c else 1
        layers.append(Layer(k, s, p, d, channels=c, groups=groups, bias=bool(rng.random() < 0.5)))
    return layers


def test_it_counts_as_convbook_does(compute: Any) -> None:
    rng = np.random.default_rng(4)
    cases = [(some_layers(rng), tuple(map(int, rng.integers(1, 64, 3)))) for _ in range(500)]
    cases += [(list(net), image) for image, net in budgets.NETWORKS.values()]
    told = [[",".join(map(budgets._written, net)), image] for net, image in cases]
    results = compute("budget", "([net, image]) => m.count(m.layers.read(net), image)", told)
    fitting = 0
    for (net, image), found in zip(cases, results, strict=True):
        try:
            costs = budget(net, image)
        except ValueError:
            assert "refusal" in found[-1]
            costs = budget(net[: len(found) - 1], image)
            found.pop()
        else:
            fitting += 1
        fields = receptive_field(net[: len(costs)])
        for cost, field, seen in zip(costs, fields, found, strict=True):
            assert tuple(seen["shape"]) == cost.shape
            counts = ("activations", "bytes", "multiply-adds", "parameters")
            assert [seen[name] for name in counts] == list(cost[1:])
            assert (seen["field"]["size"], seen["field"]["jump"], seen["field"]["start"]) == field
    assert 100 < fitting < 450


def test_it_follows_a_net_as_convbook_does(compute: Any) -> None:
    rng = np.random.default_rng(5)
    cases = [
        {"seed": seed, "depth": int(rng.integers(1, 6)), "width": int(rng.integers(1, 6)),
         "variance": float(rng.uniform(0.1, 3)), "bias": bool(rng.random() < 0.5),
         "activation": name}
        for seed in range(25) for name in ("relu", "leaky relu", "tanh", "none")
    ]  # fmt: skip
    code = """c => { const net = m.draw(c.seed, c.depth, c.width);
      net.layers = [...net.layers];
      const work = m.measure(net, c);
      let step; do step = work.next(); while (!step.done);
      const list = x => [...x];
      return { levels: step.value, inputs: net.inputs.map(list), gradient: list(net.gradient),
               layers: net.layers.map(({ weight, bias }) => [list(weight), list(bias)]) }; }"""
    for case, found in zip(cases, compute("depth", code, cases), strict=True):
        width, n = case["width"], 9 * case["width"]
        layers = [
            (np.sqrt(3 * case["variance"] / n) * np.array(weight).reshape(width, width, 3, 3),
             case["bias"] * np.array(bias) / np.sqrt(n))
            for weight, bias in found["layers"]
        ]  # fmt: skip
        inputs = np.array(found["inputs"]).reshape(2, width, 8, 8)
        gradient = np.array(found["gradient"]).reshape(width, 8, 8)
        expected = depths.follow(inputs, gradient, layers, case["activation"])
        for name, levels in expected.items():
            np.testing.assert_allclose(found["levels"][name], levels, rtol=1e-9, atol=1e-30)


def test_its_starts_are_those_of_the_chapter(compute: Any) -> None:
    code = """name => { const { gain } = m.ACTIVATIONS[name];
      return [gain, Object.values(m.STARTS).map(f => f(gain))]; }"""
    gains = {
        "relu": calculate_gain("relu"), "leaky relu": calculate_gain("leaky_relu", 0.2),
        "tanh": calculate_gain("tanh"), "none": calculate_gain("linear"),
    }  # fmt: skip
    found = compute("depth", code, [*gains])
    torch = calculate_gain("leaky_relu", 5**0.5) ** 2
    for (gain, starts), expected in zip(found, gains.values(), strict=True):
        np.testing.assert_allclose([gain, *starts], [expected, torch, 1, expected**2], rtol=1e-12)
    draws = np.array(
        compute(
            "depth",
            "seed => { const f = m.generator(seed); return Array.from({length: 20000}, f); }",
            [1, 2],
        )
    )
    assert (abs(draws) < 1).all()
    assert abs(draws.mean()) < 0.02
    assert abs(draws.var() * 3 - 1) < 0.02
    assert (draws[0] != draws[1]).any()


def test_it_moves_a_picture_as_convbook_does(compute: Any) -> None:
    rng = np.random.default_rng(6)
    cases = [
        (rng.integers(0, 256, 2 * rng.integers(3, 9, 2)).astype(float), shift, blur)
        for blur in (False, True)
        for shift in [0, 1, 2, 3, 5, 8, 16] * 8
    ]
    told = [[plane(x), shift, blur] for x, shift, blur in cases]
    code = f"([x, shift, blur]) => ({PLAIN})(m.halve(m.close(x), shift, blur))"
    for (x, shift, blur), map_ in zip(cases, compute("shift", code, told), strict=True):
        ring = np.pad(x, [(0, n) for n in x.shape], mode="symmetric")
        expected = shifts.halve(np.roll(ring, shift, axis=1), blur)
        np.testing.assert_allclose(back(map_), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", photographs.PHOTOGRAPHS)
def test_a_photograph_is_what_its_code_says(touch: Any, name: str) -> None:
    page = touch("bench", query=f"picture={name}")
    settle(page, f"e.shown === '{name}' && e.painted")
    colours = np.array(
        page.evaluate("document.querySelector('conv-bench').photo.colours.map(c => [...c])")
    )
    names = {"np": np, "skimage": need("skimage"), "data": need("skimage.data")}
    expected = np.moveaxis(eval(photographs.PHOTOGRAPHS[name].code, names), -1, 0)
    assert (colours.reshape(expected.shape) == expected).all()


# -- What it shows -----------------------------------------------------------


def text(page: Any, selector: str) -> str:
    """Return the text of a part."""
    found: str = page.locator(selector).first.inner_text()
    return found.replace("−", "-")


def program(page: Any) -> Any:
    """Run the program that a reader takes along, and return the value of its last line."""
    *lines, last = page.locator(".code pre").text_content().split("\n")
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    return eval(last, names)


def total(page: Any) -> float:
    """The sum that is shown."""
    return float(text(page, ".total"))


def state(page: Any) -> dict[str, Any]:
    """What the element holds."""
    found: dict[str, Any] = page.evaluate("document.querySelector('.touch > *').state")
    return found


def settle(page: Any, condition: str) -> None:
    """Wait until something is true of the element `e`."""
    for _ in range(600):  # not wait_for_function: it evaluates a text, which the policy forbids
        if page.evaluate(f"(e => {condition})(document.querySelector('.touch > *'))"):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it never becomes true that {condition}")


@pytest.mark.parametrize("kernel", ["side edge", "identity"])
def test_a_result_has_the_colours_of_the_figures(touch: Any, kernel: str) -> None:
    """Signed where the kernel is blind to even areas, and grey elsewhere."""
    page = touch("bench", query=f"w={','.join(map(str, KERNELS[kernel].ravel()))}")
    settle(page, "e.painted")
    numbers, most, shown = page.evaluate("""(() => {
      const bench = document.querySelector('conv-bench'), { canvas } = bench.maps[0];
      const { planes: [plane], most } = bench.map(0), count = 40 * plane.width;
      const { data } = canvas.getContext('2d').getImageData(0, 0, plane.width, 40);
      return [[...plane.data.slice(0, count)], most, [...data]];
    })()""")
    signed = kernel == "side edge"
    low = -most if signed else 0
    levels = np.floor((np.array(numbers) - low) * 255 / (most - low) + 0.5).clip(0, 255).astype(int)
    colours = palette.colours_of("signed")(levels, bytes=True)[:, :3]
    assert (np.reshape(shown, (-1, 4))[:, :3] == (colours if signed else levels[:, None])).all()


@pytest.mark.parametrize("name", MADE)
def test_it_says_something_before_it_is_touched(touch: Any, name: str) -> None:
    page = touch(name)
    assert not page.locator("svg.convbook").first.is_visible()
    said = text(page, ".panel")
    expected = {
        "bench": "Results from", "stack": "Output (4, 79, 79)", "budget": "802,816 activations",
        "depth": "After 12 layers", "shift": "not there", "cover": "409",
    }  # fmt: skip
    if name == "depth":
        settle(page, "e.progress.textContent === '20 of 20 nets'")
        said = text(page, ".panel")
    assert expected[name] in said


@pytest.mark.parametrize("name", MADE)
def test_it_is_the_drawing_without_scripts_and_in_print(touch: Any, name: str) -> None:
    still = touch(name, java_script_enabled=False)
    assert still.locator("svg.convbook").first.is_visible()
    page = touch(name)
    page.emulate_media(media="print")
    assert page.locator("svg.convbook").first.is_visible()
    assert not page.locator(".panel").is_visible()


MEASURE = """width => {
  const e = document.querySelector(".touch > *"), panel = e.shadowRoot.querySelector(".panel");
  e.parentNode.style.width = `${width}px`;
  panel.style.minHeight = 0;
  e.style.minHeight = "";
  const room = parseFloat(getComputedStyle(e).minHeight);
  e.style.minHeight = 0;
  return [e.offsetHeight, room, document.documentElement.scrollWidth];
}"""


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", MADE)
def test_it_stays_within_its_room(touch: Any, name: str, width: int) -> None:
    """Nothing below it moves, when the script comes, or when it is used."""
    page = touch(name, width)
    page.wait_for_timeout(300)
    need_, room, wide = page.evaluate(MEASURE, width)
    assert need_ <= room < need_ + 110
    assert wide <= width


@pytest.mark.parametrize("name", MADE)
def test_it_has_room_at_any_width(touch: Any, name: str) -> None:
    """On a tablet, on a large phone and in a page enlarged to twice its size, too."""
    page = touch(name, WIDE)
    page.wait_for_timeout(300)
    found = {width: page.evaluate(MEASURE, width) for width in range(NARROW, WIDE, 14)}
    assert not {w: need_ - room for w, (need_, room, _) in found.items() if need_ > room}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", MADE)
def test_it_shuts_nobody_out(touch: Any, name: str, theme: str) -> None:
    page = touch(name, NARROW if theme == "dark" else WIDE)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    for query in ("", PROMPTS[name]):
        if query:
            page.get_by_text("try", exact=True).click()
        assert not violations(page)


@pytest.mark.parametrize("name", MADE)
def test_a_sentence_sets_it_a_link_restores_it_and_it_starts_again(touch: Any, name: str) -> None:
    page = touch(name)
    begun = state(page)
    page.get_by_text("try", exact=True).click()
    changed = state(page)
    assert changed != begun
    link = page.evaluate("document.querySelector('.touch > *').link()")
    assert state(touch(name, query=link.split("?")[1])) == changed
    page.get_by_role("button", name="Start again").click()
    assert state(page) == begun


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("bench", "w=1,2,3", "nine weights"),
        ("bench", "w=0,0,0,0,pig,0,0,0,0", "not a number"),
        ("bench", "picture=dog", "no picture"),
        ("bench", "picture=constructor", "no picture"),
        ("bench", "w=1,0,0,0,0,0,0,0,0/0,1,0,0,0,0,0,0,0", "one kernel"),
        ("bench", f"w={200 * '1/'}", "number"),
        ("stack", "pool=max", "one of"),
        ("budget", "layers=c0k3", "no list of layers"),
        ("budget", "layers=", "no list of layers"),
        ("budget", "image=3x0x5", "no image"),
        ("depth", "variance=0", "from 0.01 to 10"),
        ("depth", "variance=0x1", "not a number"),
        ("depth", "depth=31", "whole number"),
        ("shift", "shift=17", "whole number"),
        ("cover", "at=a,b", "2 whole numbers"),
    ],
)
def test_a_bad_setting_gets_a_sentence(touch: Any, name: str, query: str, sentence: str) -> None:
    page = touch(name, query=query)
    assert sentence in text(page, ".note")


# -- The kernel bench --------------------------------------------------------


@pytest.mark.parametrize("name", ["bench", "stack"])
def test_the_bench_can_be_taken_along(touch: Any, name: str) -> None:
    """Its program gives the number on the page."""
    page = touch(name)
    for change in ("", "picture=cat&at=40,50", "picture=coffee&colour=true&w=1,0,0,0,-1,0,0,0,2"):
        if change:
            page.evaluate(
                """text => {
                    const e = document.querySelector(".touch > *");
                    e.before = e.photo;
                    e.set(Object.fromEntries(new URLSearchParams(text)));
                }""",
                change,
            )
        settle(page, "e.photo && e.photo !== e.before && e.painted === e.photo")
        held = state(page)
        result = program(page)
        row, column = held["at"]
        channel = len(held["w"]) if held["colour"] else 0
        if held["pool"] == "none":
            assert result[channel, row, column] == pytest.approx(total(page), abs=0.006)
        else:
            size = int(held["pool"][-1])
            shown = float(text(page, ".facts").split("square is ")[1].split(". ")[0])
            assert result[channel, row // size, column // size] == pytest.approx(shown, abs=0.006)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", ["bench", "stack"])
def test_nothing_moves_on_the_bench(touch: Any, name: str, width: int) -> None:
    """Whatever is set, the program and its buttons stay where they are."""
    page = touch(name, width)
    settle(page, "e.photo")
    queries = ["", "colour=true", "w=0.001,0,0,0,0,0,0,0,0", f"w={','.join(9 * ['0.0625'])}"]
    queries += [f"w={','.join(9 * ['-999.123'])}&colour=true", "picture=cat"]
    queries += [f"w={'/'.join(n * ['1,2,3,4,5,6,7,8,9'])}" for n in range(1, 5) if name == "stack"]
    places = []
    for query in queries:
        page.evaluate(f"location.hash = 'fig-{name}?{query}'")
        page.wait_for_timeout(50)
        assert not page.locator(".problem").count()
        places.append(
            page.evaluate("""() => { const e = document.querySelector(".touch > *");
            return e.shadowRoot.querySelector(".foot").getBoundingClientRect().top
                - e.getBoundingClientRect().top; }""")
        )
    assert max(places) - min(places) < 1, dict(zip(queries, places, strict=True))


def test_the_bench_by_keyboard_alone(touch: Any) -> None:
    page = touch("bench")
    settle(page, "e.photo")
    page.locator("canvas").first.focus()
    row, column = state(page)["at"]
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert state(page)["at"] == [row + 11, column + 1]
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.querySelector('conv-bench').shadowRoot.activeElement.closest('.kernel')"
        ):
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.type("1/9")
    page.keyboard.press("Enter")
    assert state(page)["w"][0][1] == pytest.approx(1 / 9)
    assert "1/9" in text(page, ".kernel .grid")
    page.keyboard.press("PageUp")
    assert state(page)["w"][0][1] == pytest.approx(10 / 9)
    page.keyboard.type("pig")
    page.keyboard.press("Enter")
    assert state(page)["w"][0][1] == pytest.approx(10 / 9)


def test_the_bench_by_mouse(touch: Any) -> None:
    page = touch("bench")
    settle(page, "e.photo")
    mark, canvas = page.locator(".input .mark"), page.locator("canvas").first
    box = canvas.bounding_box()
    begun = state(page)["at"]
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    assert state(page)["at"] == begun
    seen = total(page)
    page.mouse.move(0, 0)
    assert total(page) != seen
    mark.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    side = page.evaluate("document.querySelector('conv-bench').photo.width")
    assert state(page)["at"] == [side // 2 - 1] * 2
    page.mouse.click(box["x"] + 20, box["y"] + 30, button="right")
    assert state(page)["at"] == [side // 2 - 1] * 2, "only the first button drags"
    weight = page.locator(".kernel [role=gridcell]").nth(4).bounding_box()
    page.mouse.move(weight["x"] + 10, weight["y"] + 10)
    page.mouse.down()
    page.mouse.move(weight["x"] + 10 + 36, weight["y"] + 10, steps=4)
    page.mouse.up()
    assert state(page)["w"][0][4] == 4
    for name, kernel in KERNELS.items():
        page.get_by_role("button", name=name, exact=True).click()
        assert state(page)["w"][0] == pytest.approx(kernel.ravel().tolist())
    page.get_by_role("button", name="make the sum 1").click()
    assert sum(state(page)["w"][0]) == pytest.approx(1)
    page.get_by_role("button", name="surprise me").click()
    page.evaluate("document.querySelector('conv-bench').put({ at: [162, 156] })")
    page.get_by_role("button", name="look for this").click()
    assert state(page)["w"][0] == [-1, -1, -1, -1, 8, -1, -1, -1, -1], "one pixel is brighter"
    assert sum(state(page)["w"][0]) == 0
    assert total(page) > 0
    page.get_by_role("button", name="make the sum 1").click()
    assert "add up to 0" in text(page, ".note")
    assert sum(state(page)["w"][0]) == 0


def test_the_sum_is_whole_again_when_a_weight_is_left(touch: Any) -> None:
    page = touch("bench", NARROW, has_touch=True, is_mobile=True)
    settle(page, "e.photo")
    whole = text(page, ".sum + .words")
    page.locator(".kernel [role=gridcell]").nth(2).tap()
    assert text(page, ".sum + .words") != whole
    page.locator(".input canvas").focus()
    assert text(page, ".sum + .words") == whole


def test_a_photograph_that_does_not_come_gets_a_sentence(touch: Any) -> None:
    page = touch("bench")
    settle(page, "e.photo")
    page.evaluate("() => { Image.prototype.decode = () => Promise.reject(); }")
    page.get_by_role("button", name="coffee").click()
    settle(page, "e.note.textContent.includes('does not come')")
    assert page.locator("button[aria-pressed=true]", has_text="coffee").count() == 0


def test_the_bench_by_finger(touch: Any) -> None:
    page = touch("bench", NARROW, has_touch=True, is_mobile=True)
    settle(page, "e.photo")
    box = page.locator("canvas").nth(1).bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    row, column = state(page)["at"]
    assert abs(row - 159) < 3
    assert abs(column - 79) < 3
    page.set_viewport_size({"width": NARROW, "height": 400})
    words = text(page, ".sum + .words")
    fingers = page.context.new_cdp_session(page)
    for part in (page.locator("canvas").nth(1), page.locator(".kernel [role=row]").nth(2)):
        page.evaluate("scrollTo(0, 0)")
        part.scroll_into_view_if_needed()
        box, scrolled = part.bounding_box(), page.evaluate("scrollY")
        for k in range(12):
            kind = "touchMove" if k else "touchStart"
            points = [{"x": box["x"] + 15 + k, "y": box["y"] + box["height"] - 5 - 10 * k}]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(200)
        assert page.evaluate("scrollY") > scrolled
        assert state(page)["at"] == [row, column], "the finger scrolled the page"
        assert text(page, ".sum + .words") == words


def picture(width: int, height: int) -> bytes:
    """A picture file of some size."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), (10, 200, 30)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_the_bench_takes_pictures_of_ones_own(
    touch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = touch("bench")
    settle(page, "e.photo")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="your picture").press("Enter")
    own = chooser.value
    assert not own.is_multiple()
    own.set_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(4000, 3000)})
    settle(page, "e.shown === 'yours'")
    assert "4000 × 3000" in text(page, ".note")
    assert page.evaluate("document.querySelector('conv-bench').photo.width") == 320
    own.set_files({"name": "b.png", "mimeType": "image/png", "buffer": b"no picture"})
    settle(page, "e.note.textContent.includes('no picture that this browser')")
    assert page.evaluate("document.querySelector('conv-bench').photo.width") == 320
    page.get_by_role("button", name="cat").click()
    settle(page, "e.shown === 'cat' && !e.note.textContent.includes('picture')")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="your picture").press("Enter")
    own = chooser.value
    buffer = BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (320, 320, 3), np.uint8)).save(
        buffer, "PNG"
    )
    (tmp_path / "yours.png").write_bytes(buffer.getvalue())
    for _ in range(2):  # the same may be chosen again
        own.set_files(tmp_path / "yours.png")
        settle(page, "e.shown === 'yours'")
        monkeypatch.chdir(tmp_path)
        row, column = state(page)["at"]
        assert program(page)[0, row, column] == pytest.approx(total(page), abs=0.006)
        page.get_by_role("button", name="cat").click()
        settle(page, "e.shown === 'cat'")


# What a browser does once its reader has said no.
REFUSE = """() => { navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException("Permission denied", "NotAllowedError")); }"""


# Every film that a page asks for.
COUNT = """() => { window.films = []; const ask = navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = async (...how) => {
    const film = await ask.apply(navigator.mediaDevices, how);
    films.push(film); return film; }; }"""
ENDED = "films.every(film => film.getTracks().every(track => track.readyState === 'ended'))"


def test_the_bench_films_or_says_why_not(touch: Any) -> None:
    page = touch("bench")
    settle(page, "e.photo")
    page.get_by_role("button", name="your camera").click()
    settle(page, "e.stream && e.shown === 'camera film' && e.photo?.width === 320")
    page.get_by_role("button", name="your camera").click()
    settle(page, "!e.stream")
    page.evaluate(COUNT)
    page.get_by_role("button", name="your camera").dblclick()
    page.get_by_role("button", name="cat").click()
    settle(page, ENDED)
    assert page.evaluate("films.length") == 2
    assert page.evaluate("document.querySelector('conv-bench').shown") == "cat"
    page.evaluate(REFUSE)
    page.get_by_role("button", name="your camera").click()
    settle(page, "e.note.textContent.includes('no camera')")


def test_the_bench_is_drawn_on(touch: Any) -> None:
    page = touch("bench")
    settle(page, "e.photo")
    page.get_by_role("button", name="draw").click()
    settle(page, "e.shown === 'drawing'")
    colour = "[...document.querySelector('conv-bench').maps[0].canvas.image.data.slice(0, 3)]"
    none = page.evaluate(colour)
    assert min(none) > 200, "no result is neither positive nor negative"
    page.locator("canvas").first.focus()
    page.keyboard.press("Space")
    row, column = state(page)["at"]
    grey = "[...document.querySelector('conv-bench').photo.grey]"
    assert page.evaluate(grey)[(row + 1) * 320 + column + 1] == 255
    box = page.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] / 2)
    page.mouse.up()
    rows = np.reshape(page.evaluate(grey), (320, 320))[158:163, 30:290]
    assert rows.max(axis=0).min() > 200, "a stroke has no gaps"
    assert page.evaluate(colour) == none


def test_the_keyboard_reaches_every_kernel(touch: Any) -> None:
    page = touch("stack", query="stride=4")
    settle(page, "e.photo")
    begun = state(page)
    page.locator(".maps canvas").nth(1).focus()
    assert state(page) == begun, "to pass by changes nothing"
    page.keyboard.press("Space")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.locator(".kernel [role=gridcell][tabindex='0']").focus()
    page.keyboard.press("PageUp")
    assert state(page)["which"] == 1
    assert state(page)["w"][1][0] == begun["w"][1][0] + 1
    page.locator("canvas").first.focus()
    at = state(page)["at"]
    page.keyboard.press("ArrowRight")
    assert state(page)["at"] == [at[0], at[1] + 4], "a key moves the window by a stride"


def test_the_stack_grows_strides_and_pools(touch: Any) -> None:
    page = touch("stack")
    settle(page, "e.photo")
    assert page.locator(".maps .picture:visible").count() == 4
    page.get_by_role("button", name="fewer kernels").click()
    assert page.locator(".maps .picture:visible").count() == 3
    page.get_by_role("button", name="more stride").click()
    assert "Output (3, 39, 39)" in text(page, ".facts")
    page.locator("select").select_option("none")
    assert "Output (3, 159, 159)" in text(page, ".facts")
    page.locator(".maps canvas").nth(2).click()
    assert state(page)["which"] == 2
    settle(page, "e.shown === e.state.picture")
    row, column = (k // 2 for k in state(page)["at"])
    assert program(page)[2, row, column] == pytest.approx(total(page), abs=0.006)


# -- The budget bench --------------------------------------------------------


def test_the_budget_can_be_changed_and_taken_along(touch: Any) -> None:
    page = touch("budget")
    layers = page.get_by_role("listbox")
    layers.focus()
    page.keyboard.press("ArrowDown")
    assert state(page)["which"] == 1
    for name in ("more kernel", "more dilation", "more stride", "×2 channels", "add a pooling"):
        page.get_by_role("button", name=name).click()
    page.get_by_role("slider", name="image").press("ArrowRight")
    assert state(page)["image"] == [16, 240, 240]
    for cost, field in program(page):
        said = f"{cost.activations:,} activations"
        labels = layers.get_by_role("option").evaluate_all("all => all.map(e => e.ariaLabel)")
        assert any(said in label and f"field {field.size} ×" in label for label in labels)
    page.keyboard.press("End")
    layers.focus()
    page.keyboard.press("Delete")
    assert len(state(page)["layers"]) == 3


@pytest.mark.parametrize("name", budgets.NETWORKS)
def test_the_budget_knows_networks(touch: Any, name: str) -> None:
    page = touch("budget")
    page.locator("select").select_option(name)
    image, net = budgets.NETWORKS[name]
    costs = budget(net, image)
    values = [cost for cost, _ in program(page)]
    assert values == costs
    assert f"{len(net)}" in text(page, ".words")


def test_the_budget_says_what_does_not_fit(touch: Any) -> None:
    page = touch("budget", query="image=1x4x4&layers=c2k3,c2k5,c2k1&which=7")
    assert "layer 8 of 3" in text(page, ".note")
    assert "kernel of layer 2 spans 5 and does not fit into 2 × 2" in text(page, ".words")
    rows = page.locator("[role=option]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert [row.split(", ")[1] for row in rows[1:]] == ["does not fit", "not known"]
    assert "?" in text(page, ".head .output")


COUNTED = re.compile(r"([\d,]+) (activation|multiply-add|parameter|pixel)(s?)\b")
SHOW = """nets => nets.map(net => {
  const e = document.querySelector("conv-budget");
  e.set(net);
  const rows = [...e.list.children].map(row => row.ariaLabel);
  return [e.settings().layers ?? e.given.layers, rows, e.words.textContent];
})"""


def test_the_budget_shows_what_a_link_holds(touch: Any) -> None:
    """Groups of every kind, and nothing in the plural that is one."""
    rng = np.random.default_rng(7)
    sides = ((1, 9), (1, 40), (1, 40))
    cases = [(some_layers(rng), [int(rng.integers(*side)) for side in sides]) for _ in range(250)]
    cases += [
        ([Layer(1, channels=1, bias=False)], [1, 1, 1]),
        *((list(net), list(image)) for image, net in budgets.NETWORKS.values()),
    ]
    told = [
        {"layers": ",".join(map(budgets._written, net)), "image": "x".join(map(str, image))}
        for net, image in cases
    ]
    whole = 0
    for (net, image), one, shown in zip(
        cases, told, touch("budget").evaluate(SHOW, told), strict=True
    ):
        link, rows, words = shown
        assert link == one["layers"]
        for count, _, plural in COUNTED.findall(" ".join([*rows, words])):
            assert (count == "1") != bool(plural), rows
        fitting = [row for row in rows if "receptive" in row]
        costs, fields = budget(net[: len(fitting)], image), receptive_field(net[: len(fitting)])
        for row, cost, (size, jump, start) in zip(fitting, costs, fields, strict=True):
            assert f" {cost.activations:,} activation" in row
            assert f" {cost.multiply_adds:,} multiply-add" in row
            assert f" {cost.parameters:,} parameter" in row
            assert f"receptive field {f'{size} × ' * (size > 1)}{size} pixel" in row
            sees_all = all(
                start + (size - 1) / 2 >= n - 1 and start + jump * (m - 1) - (size - 1) / 2 <= 0
                for n, m in zip(image[1:], cost.shape[1:], strict=True)
            )
            assert ("image-wide" in row) == sees_all, row
            whole += sees_all
    assert whole > 15


def test_the_budget_keeps_a_network_whole(touch: Any) -> None:
    """Depthwise layers and poolings go along with the channels that reach them."""
    page = touch("budget")
    start, rows = page.locator("select"), page.locator("[role=option]")
    for name in ("MobileNet", "AlexNet"):
        start.select_option(name)
        page.get_by_role("button", name="÷2 channels").click()
        assert start.input_value() == "changed"
        assert state(page)["layers"][0]["c"] == 32 // (1 + (name == "MobileNet"))
        assert len(program(page)) == len(state(page)["layers"])
        rows.nth(1).click()
        kind = {"MobileNet": "depthwise 3×3", "AlexNet": "pool 3×3 / 2"}[name]
        assert text(page, "[role=option]:nth-of-type(2) span") == kind
        before = state(page)["layers"]
        for sign in "÷×":
            button = page.get_by_role("button", name=f"{sign}2 channels")
            assert button.get_attribute("aria-disabled") == "true"
            button.dispatch_event("click")
        assert state(page)["layers"] == before
        assert str(before[0]["c"]) in text(page, "[aria-label=channels]")
    page = touch("budget", query="image=4x9x99&layers=c8k3p1d2g2,c8k3p20&which=1")
    assert "9×99" in text(page, ".slider")
    assert "conv 3×3, dilation 2, 2 groups" in text(page, "[role=option]")
    for name in ("÷2 channels", "less padding"):
        page.get_by_role("button", name=name).click()
    assert (state(page)["layers"][1]["c"], state(page)["layers"][1]["p"]) == (4, 19)
    page = touch("budget")
    for name in ("less kernel", "more kernel"):
        page.get_by_role("button", name=name).click()
    assert state(page)["layers"][0]["p"] == 1
    assert short_counts(page) == ["0 ", "999 ", "1 k", "999 k", "1 M", "12.8 G"]


def short_counts(page: Any) -> list[str]:
    """Return a few counts as the bench writes them."""
    counts = [0, 999, 1000, 999_499, 999_500, 12_800_000_000]
    script = f"import('/_static/explore/budget.js').then(m => {counts}.map(m.short))"
    found: list[str] = page.evaluate(script)
    return found


# Where the foot is, and which texts lie one over the other, layer by layer.
WALK = """width => {
  const e = document.querySelector("conv-budget"), foot = new Set(), over = [];
  e.parentNode.style.width = `${width}px`;
  const range = document.createRange();
  const box = node => { range.selectNodeContents(node); return range.getBoundingClientRect(); };
  const note = () => foot.add(e.shadowRoot.querySelector(".foot").offsetTop);
  for (const name of ["this page", ...Object.keys(e.given.networks)]) {
    e.set(e.given.networks[name] ?? {});
    for (const row of e.list.children) {
      const [one, two] = [...row.children].slice(0, 2).map(box);
      if (one.bottom > two.top + 4 && one.right > two.left) over.push(row.ariaLabel);
    }
    e.state.layers.forEach((_, l) => { e.choose(l); note(); });
    e.put({ image: [3, 16, 16] });
    note();
  }
  return [foot.size, over];
}"""


@pytest.mark.parametrize("width", [266, NARROW, 600, WIDE])
def test_the_budget_stands_still(touch: Any, width: int) -> None:
    assert touch("budget", width).evaluate(WALK, width) == [1, []]


# -- The depth curve, the shift and the cover --------------------------------


def test_the_depth_curve_follows_its_controls(touch: Any) -> None:
    page = touch("depth")
    settle(page, "e.progress.textContent === '20 of 20 nets'")
    page.get_by_role("button", name="keep for comparison").click()
    page.get_by_role("button", name="He", exact=True).click()
    page.get_by_label("PyTorch's biases").uncheck()
    settle(page, "e.progress.textContent === '20 of 20 nets' && e.middles.signal[12] > 0.1")
    assert page.locator("path.held").count() == 3
    middles = page.evaluate("document.querySelector('conv-depth').middles")
    assert 0.3 < middles["signal"][12] < 3.5
    assert 0.2 < middles["gradient"][0] < 5
    signal, _ = program(page)
    assert 0.1 < signal < 10
    page.evaluate("document.querySelector('conv-depth').progress.textContent = ''")
    page.locator("select").nth(1).select_option("tanh")
    settle(page, "e.progress.textContent === '20 of 20 nets'")
    assert page.locator("path.theory").count() == 0
    exec_signal, _ = program(page)
    assert 0 < exec_signal < 10


DEEP = """settings => {
  const e = document.querySelector("conv-depth");
  e.given.draws = 10;
  e.set(settings);
}"""
# Nets of which nothing is left.
DEAD = """() => {
  const e = document.querySelector("conv-depth");
  cancelAnimationFrame(e.waits);
  e.state.depth = 1;
  e.found = { signal: [[1, 0]], difference: [[1, 0]], gradient: [[0, 1]] };
  e.plot();
}"""
# What a reader sees of the plot: its paths beyond the frame, what is cut off, the legend, the foot.
SEEN = """() => {
  const { words, shadowRoot } = document.querySelector("conv-depth");
  const svg = shadowRoot.querySelector("svg");
  const box = svg.getBoundingClientRect();
  const beyond = [...svg.querySelectorAll("path")].filter(path => {
    const { x, y, width, height } = path.getBBox();
    return x < 111 || y < 19 || x + width > 583 || y + height > 295;
  }).map(path => path.getAttribute("class"));
  const cut = [...svg.querySelectorAll("text")].filter(text => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    return left < box.left || right > box.right || top < box.top || bottom > box.bottom;
  }).map(text => text.textContent);
  const key = [...shadowRoot.querySelectorAll(".key span:not([class])")];
  return [words.textContent, beyond, cut,
          key.filter(one => getComputedStyle(one).visibility === "visible")
            .map(one => one.textContent),
          shadowRoot.querySelector(".foot").offsetTop];
}"""


QUERIES = [
    "",
    "depth=1",
    "activation=none&depth=30&variance=10&bias=false",
    "activation=tanh&variance=2.78",
    "activation=none&variance=1/100&depth=30&bias=false",
    "activation=leaky relu&depth=30&variance=10",
]


@pytest.mark.parametrize("width", [266, WIDE])
def test_the_depth_curve_says_nothing_impossible(touch: Any, width: int) -> None:
    """Whatever becomes of a net, it stays in its frame, and what is kept stays there, too."""
    page = touch("depth", width)
    page.evaluate("document.querySelector('conv-depth').parentNode.style.width = 'auto'")
    feet = set()
    for query in QUERIES:
        settings = dict(one.split("=") for one in query.split("&") if one)
        page.evaluate(DEEP, {"width": "4", **settings})
        settle(page, "e.progress.textContent === '10 of 10 nets'")
        words, beyond, cut, key, foot = page.evaluate(SEEN)
        assert not [share for share in re.findall(r"(\d+) %", words) if int(share) > 100], words
        assert not re.search(r"NaN|Infinity|10⁻³⁰⁰|comes back", words), words
        assert (beyond, cut) == ([], []), query
        assert key == ([] if "tanh" in query else ["dashes: theory"])
        feet.add(foot)
        if query.startswith("activation=none&depth"):
            hold = page.get_by_role("button", name="keep for comparison")
            hold.click()
            page.evaluate("document.querySelector('conv-depth').put({ variance: 0.01 })")
            settle(page, "e.progress.textContent === '10 of 10 nets'")
            _, beyond, cut, key, foot = page.evaluate(SEEN)
            assert (beyond, cut) == ([], [])
            assert key == ["dashes: theory", "thin: kept"]
            feet.add(foot)
            hold.click()
            assert page.locator("path.held").count() == 0
            hold.click()
            page.get_by_role("button", name="Start again").click()
            assert hold.get_attribute("aria-pressed") == "false"
    page.evaluate(DEAD)
    words, beyond, cut, _, foot = page.evaluate(SEEN)
    assert words == (
        "After 1 layer the mean square of the signal is 0.\n"
        "The gradient's mean square, back at the input, is 0."
    )
    assert (beyond, cut) == ([], [])
    assert len(feet | {foot}) == 1


def test_the_depth_curve_starts_at_once(touch: Any) -> None:
    """A large net comes layer by layer; until there is one, nothing old stands there as if new."""
    page = touch("depth")
    settle(page, "e.progress.textContent === '20 of 20 nets'")
    shown = page.evaluate("""() => {
      const e = document.querySelector("conv-depth");
      e.put({ depth: 30, width: "64" });
      return [e.progress.textContent, e.words.textContent, e.middles];
    }""")
    assert shown == ["0 of 20 nets", "", None]


def test_the_depth_curve_keeps_a_start(touch: Any) -> None:
    page = touch("depth")
    button = page.get_by_role("button", name="He", exact=True)
    button.click()
    for name, gain in (("tanh", "tanh"), ("none", "linear"), ("leaky relu", None)):
        page.locator("select").nth(1).select_option(name)
        slope = calculate_gain(gain) if gain else calculate_gain("leaky_relu", 0.2)
        assert state(page)["variance"] == pytest.approx(slope**2)
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator("[aria-pressed=true]").count() == 1
    assert state(touch("depth", query="variance=1/3"))["variance"] == pytest.approx(1 / 3)


def test_the_depth_curve_meets_the_figure(touch: Any) -> None:
    """The page's draws are others, but their medians are those of the drawing."""
    page = touch("depth")
    settle(page, "e.progress.textContent === '20 of 20 nets'")
    middles = page.evaluate("document.querySelector('conv-depth').middles")
    for name, values in depths._draws(12, 16, 20).items():
        ratio = np.array(middles[name]) / np.median(values, axis=0)
        assert (abs(np.log10(ratio)) < 0.7).all()


def test_the_shift_is_exact_at_even_steps(touch: Any) -> None:
    page = touch("shift")
    slider = page.get_by_role("slider")
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    assert state(page)["shift"] == 2
    assert ": 0 %" in text(page, ".stage")
    slider.press("ArrowRight")
    ring = np.pad(roof(), [(0, n) for n in roof().shape], mode="symmetric")
    for blur in (False, True):
        assert f": {100 * shifts.unexplained(ring, 3, blur):.0f} %" in text(page, ".stage")


def test_the_kernel_is_dragged_over_the_cat(touch: Any) -> None:
    page = touch("cover")
    assert total(page) == 409 == program(page)
    page.locator("canvas").first.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert state(page)["at"] == [67, 42]
    assert total(page) == program(page)
    mark, canvas = page.locator(".output .mark"), page.locator("canvas").nth(1)
    box = canvas.bounding_box()
    mark.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"], steps=3)
    page.mouse.up()
    assert state(page)["at"] == [59, 89]
    assert total(page) == program(page)
    for name in ("box blur", "sharpen"):
        page.get_by_role("button", name=name).click()
        assert total(page) == pytest.approx(program(page), abs=0.006)
    page.locator(".kernel [role=gridcell]").first.focus()
    page.keyboard.type("1/9")
    page.keyboard.press("Enter")
    assert state(page)["w"][0] == [1 / 9, -1, 0, -1, 5, -1, 0, -1, 0]
    assert total(page) == pytest.approx(program(page), abs=0.006)


# -- Files -------------------------------------------------------------------


def test_an_address_holds_exactly_its_picture() -> None:
    image = np.arange(12).reshape(3, 4)
    data = photographs.address(image).removeprefix("data:image/png;base64,")
    held = np.asarray(Image.open(BytesIO(base64.b64decode(data))))
    assert (held == image).all()
    with pytest.raises(ValueError, match="picture must hold whole numbers"):
        photographs.address(image + 0.5)
