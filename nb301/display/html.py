"""HTML of objects in notebooks, light or dark: a card of what they are, with drawings and tables.

Texts take the notebook's colour. Hues have a contrast of 3 or more on white and on black. Names of ops stand
on the notebook's own background, whose variable each kind of notebook calls differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_BACKGROUND = "Canvas"
for _variable in (
    "--colab-primary-surface-color",
    "--vscode-editor-background",
    "--jp-layout-color0",  # JupyterLab, Notebook 7
    "--md-default-bg-color",  # Material for MkDocs, which brings JupyterLab's, too
):
    _BACKGROUND = f"var({_variable}, {_BACKGROUND})"
_STYLE = f"""
.nb301 p {{ margin: 0.3em 0; }}
.nb301 .shown {{ display: flex; flex-wrap: wrap; gap: 1.5em; }}
.nb301 .shown figure {{ flex: 0 1 auto; min-width: 16em; width: 46%; max-width: 370px; margin: 0.3em 0; }}
.nb301 .wide {{ overflow-x: auto; }}
.nb301 figcaption {{ text-align: center; }}
.nb301 svg {{ display: block; max-width: 100%; height: auto; }}
.nb301 svg text {{ font-family: inherit; fill: currentColor; }}
.nb301 .values td, .nb301 .values th {{ text-align: right; padding: 0.1em 0.5em; }}
.nb301 .values code {{ white-space: nowrap; }}
.nb301 .values td.words {{ text-align: left; }}
.nb301 code {{ overflow-wrap: anywhere; }}
.nb301 .cell-number {{ font-size: 13px; font-weight: 600; text-anchor: middle; }}
.nb301 .cell-label {{ font-size: 11px; text-anchor: end; opacity: 0.75; }}
.nb301 .cell-turned {{ text-anchor: middle; }}
.nb301 .cell-op {{ font-size: 10.8px; text-anchor: middle; }}
.nb301 .cell-input {{ fill: none; stroke: currentColor; stroke-dasharray: 3 2.5; }}
.nb301 .cell-node {{ fill: none; stroke: currentColor; stroke-width: 1.5; }}
.nb301 .cell-output {{ fill: none; stroke: #7a8594; }}
.nb301 .cell-arc {{ fill: none; stroke-width: 1.6; stroke: currentColor; }}
.nb301 .cell-head {{ fill: currentColor; }}
.nb301 .cell-pill {{ fill: {_BACKGROUND}; stroke: currentColor; stroke-width: 1.2; }}
.nb301 .cell-sep {{ color: #0072b2; }}
.nb301 .cell-dil {{ color: #00855f; }}
.nb301 .cell-pool {{ color: #c25400; }}
.nb301 .cell-skip {{ color: #7a8594; stroke-dasharray: 5 3; }}
.nb301 .cell-head.cell-skip, .nb301 .cell-pill.cell-skip {{ stroke-dasharray: none; }}
.nb301 .curve-axis {{ fill: none; stroke: #7a8594; }}
.nb301 .curve-line {{ fill: none; stroke: #0072b2; stroke-width: 1.6; }}
.nb301 .curve-text {{ font-size: 11px; }}
.nb301 .curve-end {{ text-anchor: end; }}
"""


def card(title: str, *parts: str) -> str:
    """Put what is shown of an object below what it is.

    Args:
        title: Text.
        parts: HTML.
    """
    style = "".join(_STYLE.splitlines())
    return f'<div class="nb301"><style>{style}</style><p>{escape(title)}</p>{"".join(parts)}</div>'


def figure(svg: str, caption: str) -> str:
    """Put a text below a drawing."""
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def facts(rows: Iterable[tuple[str, str, str]]) -> str:
    """Make a table of attributes: their names, their values with units, and what they are."""
    cells = "".join(
        f'<tr><td class="words"><code>{escape(name)}</code></td><td>{escape(value)}</td>'
        f'<td class="words">{escape(meaning)}</td></tr>'
        for name, value, meaning in rows
    )
    return _scrolled(cells)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Make a table of texts below the names of their columns."""
    written = [_row("th", columns)]
    written += [_row("td", row) for row in rows]
    return _scrolled("".join(written))


def _scrolled(rows: str) -> str:
    """A table that is scrolled where it is too wide; its class keeps it from a site's own look of tables."""
    return f'<div class="wide"><table class="values">{rows}</table></div>'


def _row(tag: str, texts: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(text)}</{tag}>' for text in texts)}</tr>"
