"""Every notebook runs in a kernel, no cell for a minute, and draws.

They are kept with their outputs in `build/notebooks`.
"""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build" / "notebooks"
NOTEBOOKS = sorted(path for path in HERE.glob("*.py") if path != Path(__file__))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path) -> None:
    """No cell fails or warns, and there is a picture."""
    notebook = jupytext.read(path)
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": HERE}}
    ).execute()
    BUILD.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, BUILD / f"{path.stem}.ipynb")

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output["text"] for output in outputs if output.get("name") == "stderr"] == []
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)
