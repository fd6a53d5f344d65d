"""Matplotlib's SVG, made light and themed for use inside a page."""

import base64
import hashlib
import re
from functools import lru_cache
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image

from convbook.figures import _palette

FONT = "DejaVu Sans, Verdana, system-ui, sans-serif"  # the first two are equally wide
PICTURE = re.compile(r'data:image/png;base64,\s*([^"]*)')
EXTRAS = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL)


def element(drawing: str, attributes: str) -> str:
    """Return a drawing as an SVG element for a page, with some attributes of its own.

    Parameters
    ----------
    drawing : str
        What Matplotlib has written.
    attributes : str
        Attributes of the element.
    """
    body = EXTRAS.sub("", drawing)
    inner = re.sub(r">\s+<", "><", body[body.index(">", body.index("<svg")) + 1 :]).strip()
    viewbox = re.search(r'viewBox="([^"]*)"', body)
    if viewbox is None:
        raise ValueError("drawing must have a viewBox")
    inner = inner.replace("font-family: 'DejaVu Sans'; ", "")
    inner = PICTURE.sub(lambda found: _small(found[1]), inner)
    inner = _palette.themed(_own_ids(_bare(_rounded(inner))))
    return (
        f'<svg class="convbook" viewBox="{viewbox[1]}" {attributes} font-family="{FONT}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">' + inner
    )


def standalone(drawing: str, alt: str) -> str:
    """Return a drawing as a file of its own, with its description and small pictures."""
    drawing = drawing.replace("font-family: 'DejaVu Sans'; ", "")
    drawing = PICTURE.sub(lambda found: _small(found[1]), drawing)
    drawing = re.sub(r' id="image\w+"', "", drawing)  # equal pictures have one and the same
    about = f' role="img" font-family="{FONT}" aria-label="{escape(alt)}" '
    return drawing.replace("<svg ", f"<svg{about}", 1)


def _rounded(svg: str) -> str:
    """Write the coordinates of paths with two decimals."""

    def short(match: re.Match[str]) -> str:
        return re.sub(r"-?\d+\.\d{3,}", lambda n: f"{float(n[0]):.2f}", match[0]).replace("\n", "")

    return re.sub(r' (?:d|x|y|points)="[^"]*"', short, svg)


def _bare(svg: str) -> str:
    """Leave out what SVG takes for granted, and groups of one."""
    svg = re.sub(
        r' transform="rotate\(-0 [^"]*"|; stroke-linejoin: miter|stroke-linejoin: miter; ', "", svg
    )
    svg = re.sub(r'<path d="[^"]*" style="fill: none"/>|<g[^>]*/>', "", svg)
    alone = re.compile(r"<g[^>]*>((?:<path[^>]*/>)?|<text[^>]*>[^<]*</text>)</g>")
    while (bare := alone.sub(r"\1", svg)) != svg:
        svg = bare
    return svg


@lru_cache(100)  # what is drawn for a page is drawn for a file, too
def _small(code: str) -> str:
    """Encode a picture again: grey where it is grey, with a palette where that is enough."""
    picture = Image.open(BytesIO(base64.b64decode(code))).convert("RGBA")
    pixels = np.asarray(picture)
    if (pixels[..., 3] == 255).all():
        grey = (pixels[..., :1] == pixels[..., :3]).all()
        picture = picture.convert("L") if grey else _few_colours(picture.convert("RGB"))
    buffer = BytesIO()
    picture.save(buffer, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _few_colours(picture: Image.Image) -> Image.Image:
    """Return the same picture with a palette if it has few colours."""
    if picture.getcolors(256) is None:
        return picture
    return picture.quantize(256, dither=Image.Dither.NONE)


def _own_ids(svg: str) -> str:
    """Keep only the ids that the drawing refers to, and make them unique in a page."""
    prefix = "cb" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))

    def own(match: re.Match[str]) -> str:
        return f' id="{prefix}-{match[1]}"' if match[1] in used else ""

    svg = re.sub(r' id="([^"]*)"', own, svg)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", svg)
