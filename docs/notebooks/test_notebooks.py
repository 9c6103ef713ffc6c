"""Every notebook runs, draws, and becomes a page; with its outputs it is kept in `build/notebooks`."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from docs.notebook_pages import NOTEBOOKS, executed, page

BUILD = Path(__file__).parents[2] / "build" / "notebooks"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path) -> None:
    """No cell fails or warns, and whoever cannot see its pictures is told what is on them."""
    notebook = executed(path)
    BUILD.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, BUILD / f"{path.stem}.ipynb")

    outputs = []
    for cell in notebook.cells:
        outputs += cell.get("outputs", ())
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []

    markdown, pictures = page(notebook, path.stem)
    assert pictures
    for name, picture in pictures.items():
        assert picture.lstrip().startswith(b"<?xml")
        assert f"]({name}){{ .plot }}" in markdown
