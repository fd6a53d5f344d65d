"""The Python behind the live cells, without a browser: what it fetches, runs, shows and checks."""

import ast
import sys

import numpy as np
import pytest

import cells
import exercises
from requirements import need


@pytest.fixture
def notebook() -> cells.Notebook:
    """A notebook whose modules are the real ones."""
    return cells.Notebook()


def test_a_cell_shows_what_it_prints_and_its_last_value(notebook: cells.Notebook) -> None:
    assert notebook.run("print(1)\n2 + 3") == [("text", "1\n"), ("text", "5")]
    assert notebook.run("x = 4") == []
    assert notebook.run("x;") == []
    assert notebook.run("x", shown=False) == []


def test_what_has_to_be_fetched_waits_until_its_name_is_used(notebook: cells.Notebook) -> None:
    code = "from convbook.figures import convolution as figures\nx = 1"
    assert notebook.needs(code) == []
    notebook.run(code)
    assert "figures" not in notebook.names
    assert notebook.needs("x + 1") == []
    assert notebook.needs("figures.stepper") == ["matplotlib"]
    assert notebook.needs("def f():\n    import matplotlib.pyplot as plt") == ["matplotlib"]
    notebook.run("figures.stepper")
    assert notebook.names["figures"].__name__ == "convbook.figures.convolution"


def test_cells_that_run_for_others_do_not_draw(notebook: cells.Notebook) -> None:
    notebook.run("from convbook.figures import convolution as figures")
    draw = "y = 2\nfigures.sliding_window(x, x)"
    assert notebook.needs(draw, shown=False) == []
    assert notebook.run(draw, shown=False) == []
    assert notebook.names["y"] == 2
    notebook.run("z = []\nz.append(1)", shown=False)
    assert notebook.names["z"] == [1], "a last line that does something is not skipped"


def test_photographs_are_fetched_by_the_cell_that_names_them(notebook: cells.Notebook) -> None:
    assert notebook.needs("import skimage.data\nskimage.data.camera()") == ["camera"]
    assert notebook.needs("[f(name) for name in 'coins moon'.split()]") == ["coins", "moon"]
    assert notebook.needs("load_sample_image('china.jpg')") == ["china"]
    assert notebook.needs("load_digits()") == ["digits"]
    assert notebook.needs("camera = 1; page = 2") == []


def test_a_traceback_names_the_line_of_the_cell_alone(notebook: cells.Notebook) -> None:
    notebook.run("def f(x):\n    return 1 / x")
    [(kind, text)] = notebook.run("y = 1\n\nf(0)")
    assert kind == "error"
    assert text == (
        "line 3: f(0)\nline 2 of an earlier cell: return 1 / x\nZeroDivisionError: division by zero"
    )
    [(kind, text)] = notebook.run("x = (1\n")
    assert text.splitlines()[-1] == "SyntaxError: '(' was never closed"
    assert text.startswith("line 1:\nx = (1\n")


def test_what_does_not_come_with_the_page_gets_a_sentence(notebook: cells.Notebook) -> None:
    code = "import torch_that_is_not_there as theirs\nx = theirs.conv2d"
    [(kind, text)] = notebook.run(code)
    assert (kind, text) == (
        "error",
        "The module torch_that_is_not_there does not come with this page, so this cell cannot run "
        f"here. {cells.ELSEWHERE}",
    )
    [(kind, text)] = notebook.run("x + 1")
    assert "the cell that makes x needs it" in text
    notebook.waiting["scipy"] = cells.split(ast.parse("import scipy.not_there").body[0])[0][1:]
    for _ in range(2):
        [(kind, text)] = notebook.run("scipy.signal")
        assert text.startswith("SciPy does not come with this page")


def test_what_a_stopped_cell_half_made_is_lost_with_the_rest(notebook: cells.Notebook) -> None:
    notebook.run("n, squares = 2, [i**2 for i in range(3)]")
    notebook.run("import scipy.not_there\nsound = scipy.not_there.load()")
    notebook.run("import ast as tree\nsums, n = {}, 3\nsums['a'] = sum(i for i in sound)\n")
    for name in "sums", "n":
        [(kind, text)] = notebook.run(name)
        assert kind == "error"
        assert f"and the cell that makes {name} needs it" in text
    assert notebook.run("tree.dump, i")[0][1].endswith("NameError: name 'i' is not defined")
    assert notebook.run("squares") == [("text", "[0, 1, 4]")]


def test_input_gets_a_sentence(notebook: cells.Notebook) -> None:
    notebook.names["input"] = cells.refuse
    [(_, text)] = notebook.run("name = input('Who? ')")
    assert "RuntimeError: input() cannot ask you here; write the answer into the code" in text


def test_a_flood_of_text_is_cut(notebook: cells.Notebook) -> None:
    [(_, text)] = notebook.run("print('x' * 10_000_000)")
    assert text == "x" * cells.LIMIT + "\n… and 9,980,001 characters more"
    [(_, text)] = notebook.run("'y' * 10_000_000")
    assert len(text) < cells.LIMIT + 50


def test_figures_and_pictures_are_shown_as_html(notebook: cells.Notebook) -> None:
    need("matplotlib").use("Agg")
    [(kind, text)] = notebook.run(
        "import numpy as np\nfrom convbook.figures import convolution as figures\n"
        "figures.sliding_window(np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2))"
    )
    assert kind == "html"
    assert 'role="img" aria-label="The 2 by 2 kernel 0, 1, 2, 3' in text
    [(kind, text)] = notebook.run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert (kind, text[:32]) == ("html", '<img src="data:image/png;base64,')
    assert "alt=" in text
    assert not sys.modules["matplotlib.pyplot"].get_fignums()


SOLUTION = ["die = faces(6)\nways = [1, 2, 3]", "assert ways[0] == 1\nassert sum(ways) == 6"]


def test_an_exercise_asks_for_what_its_solution_asserts() -> None:
    assert exercises.asked(SOLUTION) == ["ways"]
    assert exercises.template(SOLUTION, ["ways"]) == "ways = ..."
    function = ["def double(x, *, twice=False):\n    return 2 * x", "assert double(2) == 4"]
    assert exercises.template(function, ["double"]) == "def double(x, *, twice=False):\n    ..."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"ways": [1, 3, 2]}, ["All 2 checks hold."]),
        ({"ways": ...}, ["Not answered yet: ways."]),
        ({}, ["Not answered yet: ways."]),
        (
            {"ways": [2, 2, 2]},
            ["Check 1 of 2: does not hold. It is about ways.", "Check 2 of 2: holds."],
        ),
        (
            {"ways": 3},
            [
                "Check 1 of 2: stops with TypeError: 'int' object is not subscriptable. "
                "It is about ways.",
                "Check 2 of 2: stops with TypeError: 'int' object is not iterable. "
                "It is about ways.",
                "ways should be a list of 3, and yours is a number.",
            ],
        ),
    ],
)
def test_a_check_says_which_assertion_fails(answer: dict[str, object], said: list[str]) -> None:
    assert exercises.check({"faces": range, **answer}, SOLUTION, ["ways"]) == said


def test_a_check_shows_nothing_of_the_solution_and_changes_nothing() -> None:
    solution = ["secret = rng.integers(9)\nx = secret + 12345", "assert x == secret + 12345"]
    names = {"rng": np.random.default_rng(0), "x": 1}
    said = exercises.check(names, solution, ["x"])
    assert said == ["Check 1 of 1: does not hold. It is about x."]
    assert "secret" not in names
    assert names["rng"].integers(9) == np.random.default_rng(0).integers(9)


def test_what_a_check_needs_besides_the_answer_is_there() -> None:
    solution = ["import math\nhalf = sizes[0]\nx = 2 * half", "assert x == math.sqrt(4) * half"]
    assert exercises.asked(solution) == ["x"]
    assert exercises.check({"x": 4, "sizes": [2]}, solution, ["x"]) == ["The check holds."]


def test_the_stand_ins_give_the_same_numbers() -> None:
    surroundings = need("surroundings")
    color, transform = need("skimage.color"), need("skimage.transform")
    rgb = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    assert np.allclose(surroundings.rgb2gray(rgb), color.rgb2gray(rgb))
    digits = need("sklearn.datasets").load_digits().images[:5].transpose(1, 2, 0) / 16
    ours = surroundings.resize(digits, (16, 16), order=3)
    assert np.allclose(ours, transform.resize(digits, (16, 16), order=3), atol=1e-9)
    with pytest.raises(NotImplementedError, match="only enlarges"):
        surroundings.resize(digits, (4, 4), order=3)
