"""QR codes as inline SVG: black on white, on paper and on screen alike."""

import segno


def svg(text: str, *, scale: int = 3, border: int = 2) -> str:
    """The code of a text; `scale` is pixels a module, `border` modules of white around it.

    It is drawn from squares: nothing of the text stands in it as text, so it is safe in a page.
    """
    return str(segno.make(text, error="m").svg_inline(scale=scale, border=border, light="#fff"))
