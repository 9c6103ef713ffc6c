"""Templates become text; the only file that knows jinja2."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from leaderboard.legible import legible
from leaderboard.places import SITE

_CONTINUED = re.compile(r"\\\n[ \t]*")


class _Templates(FileSystemLoader):
    """Templates where text goes on after a backslash at the end of a line and the next line's indentation."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)
        # the line's end goes into a comment: errors still name the right line
        return _CONTINUED.sub("{#\n#}", source), path, is_current


def render(template: str, context: dict[str, Any]) -> str:
    """Render a template of `site/templates`.

    Everything is escaped. What HTML cannot hold, or readers cannot see, stands there as an escape. A name
    that the context lacks is an error.

    Args:
        template: File name, such as `index.html.j2`.
        context: Values by name.
    """
    return legible(_environment(SITE / "templates").get_template(template).render(context))


@cache
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=_Templates(folder),
        # not select_autoescape(), which leaves .html.j2 unescaped
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
