"""The notebooks of `docs/notebooks`: run in a kernel, and written as pages of Markdown with their pictures.

They are kept as Python with cells marked by `# %%`, so that changes can be read and reviewed, and without
outputs: these are made whenever the notebooks run, and cannot be out of date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

FOLDER = Path(__file__).parent / "notebooks"
NOTEBOOKS = [path for path in sorted(FOLDER.glob("*.py")) if not path.name.startswith("test_")]
#: Of one cell, seconds.
_TIMEOUT = 60
#: A picture as nbconvert writes it: its file's name has the number of its cell.
_PICTURE = re.compile(r"!\[\w+\]\((?P<file>[\w-]+_(?P<cell>\d+)_\d+\.svg)\)")


class Page(NamedTuple):
    """A notebook as a page."""

    markdown: str
    #: SVG by the names that the page links to.
    pictures: Mapping[str, bytes]


def executed(path: Path) -> Any:
    """Run a notebook in its folder, and give it with its outputs, as `nbformat` has it.

    Raises:
        CellExecutionError: A cell failed; has its code and what went wrong.
    """
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=_TIMEOUT, resources={"metadata": {"path": path.parent}}).execute()
    return notebook


def page(notebook: Any, name: str) -> Page:
    """Write a notebook with its outputs.

    Args:
        notebook: See `executed`. A cell with a picture says what is to be seen there in its metadata, `alt`.
        name: What the names of its pictures begin with.
    """
    exporter = MarkdownExporter()
    markdown, resources = exporter.from_notebook_node(notebook, {"unique_key": name, "output_files_dir": ""})

    def described(picture: re.Match[str]) -> str:
        alt = notebook.cells[int(picture["cell"])].metadata["alt"]
        return f"![{alt}]({picture['file']}){{ .plot }}"

    pictures = {Path(file).name: content for file, content in resources["outputs"].items()}
    return Page(_PICTURE.sub(described, markdown), pictures)
