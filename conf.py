"""Sphinx configuration of the book: data only, the logic is in ``docs/_ext``."""

import os
import sys
from importlib.metadata import version as _version_of
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent / "docs" / "_ext"))

from address import find_address, project_urls

_address = find_address(project_urls("convbook"), os.environ)

# -- The book ----------------------------------------------------------------

project = "convbook"
author = "the convbook authors"
copyright = "the convbook authors; text and figures CC BY 4.0, code BSD-3-Clause"
release = _version_of("convbook")
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "notfound.extension",
    "sphinxcontrib.bibtex",
    # ours, in docs/_ext
    "bets",
    "bibliography",
    "downloads",
    "drawings",
    "editions",
    "epub",
    "explorables",
    "folds",
    "formats",
    "found",
    "freshness",
    "kernels",
    "lighten",
    "live",
    "mathml",
    "notebooks",
    "pages",
    "palette",
    "photographs",
    "reference",
    "searching",
    "sources",
    "spreadsheet",
    "strictness",
    "tables",
]
if _address.site:  # both write addresses in full
    extensions += ["sphinx_sitemap", "sphinxext.opengraph"]
exclude_patterns = ["_ext", "_live", "_static", "_templates"]
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
sources_repository = _address.repository
notebooks_environment = {
    "JUPYTER_PREFER_ENV_PATH": "1",
    "OMP_NUM_THREADS": "1",  # the same sums on every machine, and no threads that fight for cores
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}

# -- References --------------------------------------------------------------

bibtex_bibfiles = ["docs/references.bib"]
bibtex_default_style = "author_year"  # bibliography.py
bibtex_reference_style = "author_year"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings give types and shapes
autosummary_generate = False
python_maximum_signature_line_length = 72
python_trailing_comma_in_multi_line_signatures = False
napoleon_google_docstring = False
napoleon_use_param = False  # else every word of a type is looked up as a class
napoleon_use_rtype = False

# -- HTML --------------------------------------------------------------------

html_theme = "sphinx_book_theme"
html_title = "convbook: the executable book on convolution"
html_baseurl = f"{_address.site}/" if _address.site else ""
html_static_path = ["docs/_static"]
sitemap_url_scheme = "{link}"
notfound_urls_prefix = f"{urlsplit(_address.site).path}/"
ogp_site_name = "convbook"
ogp_image = "_static/card.png"
ogp_social_cards = {"enable": False}  # ours is a figure
html_css_files = ["palette.css", "convbook.css", "use.css", "paper.css"]
html_js_files = ["use.js"]
html_favicon = "docs/_static/favicon.svg"
html_math_renderer = "mathml"
html_last_updated_fmt = None
html_show_sphinx = False
html_use_index = True
html_additional_pages = {"search": "search.html"}  # searching.py writes its index
html_domain_indices = False
templates_path = ["docs/_templates"]
html_sidebars = {"**": ["book-title.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_context = {
    "default_mode": "light",  # without JavaScript; with it, the system's
    "repository": _address.repository,
}
html_theme_options = {
    **_address.theme_options,
    "use_download_button": True,
    "use_fullscreen_button": False,
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
# -- Other formats: nox -s formats -------------------------------------------

latex_engine = "xelatex"
latex_documents = [("index", "convbook.tex", html_title, author, "manual", True)]
latex_toplevel_sectioning = "chapter"
latex_domain_indices = False
latex_elements = {
    "papersize": "a4paper",
    "extraclassoptions": "openany,oneside",
    "makeindex": "",  # the site has an index; xindy fails on ours
    "printindex": "",
    "preamble": r"\setcounter{secnumdepth}{0}",  # chapters have numbers, sections have none
}
epub_title = html_title
epub_tocscope = "includehidden"
epub_tocdepth = 2
epub_identifier = _address.site or "convbook"
epub_scheme = "URL" if _address.site else "ID"
epub_uid = "convbook"
epub_cover = ("_static/touch-icon.png", "")
epub_show_urls = "no"
epub_exclude_files = [
    "_static/convbook.xlsx",
    "_static/fonts/GUST-FONT-LICENSE.txt",
    "_static/fonts/README.md",
    "_static/fonts/convbook-math.woff2",  # epub.py adds it: Sphinx does not know the kind
    "_static/search.js",
    "_static/use.js",
]
version = release

copybutton_exclude = ".linenos, .gp, .go"
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
