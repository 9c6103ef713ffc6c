"""Rendering: the only file that knows jinja2."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from leaderboard.legible import legible
from leaderboard.places import SITE

#: Holds `templates/` and `static/`, and no Python file.


def render(template: str, context: dict[str, Any]) -> str:
    """Render a template of `site/templates`.

    Everything is escaped, what HTML cannot hold or readers cannot see stands there as an escape, and a name
    that the context lacks is an error.

    Args:
        template: File name, such as `index.html.j2`.
        context: Values by name.
    """
    return legible(_environment(SITE / "templates").get_template(template).render(context))


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        # not select_autoescape(), which leaves .html.j2 unescaped
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
