"""Hook of MkDocs: notebooks run at each build, and are pages with their outputs, and files to download."""

from __future__ import annotations

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from docs.notebook_pages import NOTEBOOKS, executed, page


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add each notebook: its page, its pictures, and itself with its outputs."""
    for path in NOTEBOOKS:
        notebook = executed(path)
        written = page(notebook, path.stem)
        added: dict[str, str | bytes] = dict(written.pictures)
        added[f"{path.stem}.ipynb"] = nbformat.writes(notebook)
        added[f"{path.stem}.md"] = f"{written.markdown}\n[Download this notebook]({path.stem}.ipynb)\n"
        for name, content in added.items():
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files
