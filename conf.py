"""Sphinx configuration of the book: data only, the logic is in ``docs/_ext``."""

import sys
from importlib.metadata import version as _version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "docs" / "_ext"))

# -- The book ----------------------------------------------------------------

project = "convbook"
author = "the convbook authors"
copyright = "the convbook authors; text and figures CC BY 4.0, code BSD-3-Clause"
release = _version_of("convbook")
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
    # ours, in docs/_ext
    "explorables",
    "folds",
    "freshness",
    "mathml",
    "notebooks",
    "pages",
    "palette",
    "photographs",
    "spreadsheet",
    "strictness",
]
exclude_patterns = ["_ext", "_static", "_templates"]
nitpicky = True
suppress_warnings = ["myst.xref_ambiguous"]  # a chapter's label is its file's name, on purpose
numfig = True
numfig_secnum_depth = 1
today_fmt = ""  # no page carries a date: two builds of one commit are the same

# -- Chapters and their cells ------------------------------------------------

myst_enable_extensions = [
    "amsmath",
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
]
myst_heading_anchors = 3

nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = 600  # seconds a cell, on a busy machine
nb_execution_raise_on_error = False  # strictness.py fails the build, after every chapter ran
nb_execution_show_tb = True
nb_output_stderr = "error"
nb_merge_streams = True
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"

# What a cell's output depends on besides the cell, src/ and Python itself.
freshness_source = "src/convbook"
freshness_packages = [
    "ipykernel",
    "ipython",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pillow",
    "scikit-image",
    "scikit-learn",
    "scipy",
]
notebooks_environment = {
    "JUPYTER_PREFER_ENV_PATH": "1",
    "OMP_NUM_THREADS": "1",  # the same sums on every machine, and no threads that fight for cores
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}

# -- References --------------------------------------------------------------

bibtex_bibfiles = ["docs/references.bib"]
bibtex_default_style = "alpha"
bibtex_reference_style = "author_year"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings give types and shapes
napoleon_google_docstring = False
napoleon_use_param = False  # else every word of a type is looked up as a class
napoleon_use_rtype = False

# -- HTML --------------------------------------------------------------------

html_theme = "sphinx_book_theme"
html_title = "convbook"
html_baseurl = "https://convbook.github.io/convbook/"
html_static_path = ["docs/_static"]
html_css_files = ["palette.css", "convbook.css"]
html_js_files = [("scroll.js", {"defer": "defer"})]
html_favicon = "docs/_static/favicon.svg"
html_math_renderer = "mathml"
html_last_updated_fmt = None
html_show_sphinx = False
html_use_index = True
html_domain_indices = False
templates_path = ["docs/_templates"]
html_sidebars = {"**": ["book-title.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_context = {"default_mode": "light"}  # without JavaScript; with it, the system's
html_theme_options = {
    "repository_url": "https://github.com/convbook/convbook",
    "repository_branch": "main",
    "path_to_docs": "docs",
    "use_download_button": True,
    "use_edit_page_button": True,
    "use_fullscreen_button": False,
    "use_issues_button": True,
    "use_source_button": True,
    "logo": {
        "image_light": "docs/_static/logo-light.svg",
        "image_dark": "docs/_static/logo-dark.svg",
        "alt_text": "convbook, home",
    },
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "navbar_persistent": [],  # the sidebar has the search already
    "pygments_light_style": "github-light",
    "pygments_dark_style": "github-dark",
}
copybutton_exclude = ".linenos, .gp, .go"
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
