"""What tests of entries' pages share: a submission, and pages of made-up runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard.entries.submission import Submission
from leaderboard.pages.build import rank_tracks
from leaderboard.pages.entries import pages as entry_pages
from leaderboard.ranking.references import Reference
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import write_page
from leaderboard.runs.record import Run

MANIFEST = """name = "N"
version = "1.0"
authors = '<b>A</b>'
description = "D"
licence = "MIT"
reference = "javascript:alert(1)"
requirements = ["numpy==2.0.0"]
[model_use]
families = ["none"]
[prior_knowledge]
used_benchmark_data = false
[settings]
size = 3
"""


@pytest.fixture
def submit(tmp_path: Path) -> Callable[..., Submission]:
    """Make a submission's folder."""

    def submit(slug: str = "mine", **files: str | bytes) -> Submission:
        folder = tmp_path / "submissions" / slug
        folder.mkdir(parents=True)
        (folder / "submission.toml").write_text(MANIFEST)
        for name, text in files.items():
            (folder / f"{name}.py").write_bytes(text if isinstance(text, bytes) else text.encode())
        return Submission(folder)

    return submit


@pytest.fixture
def pages_of(
    references: dict[str, Reference], read_page: Callable[[Path], Any], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Write the pages of made-up runs' entries, and read them by entry, or by `runs/TRACK/ENTRY`."""

    def pages_of(runs: list[Run], *submissions: Submission, packed: set[str] = frozenset()) -> dict[str, Any]:
        rankings = tuple(rank_tracks(runs, references))
        by_slug = {submission.slug: submission for submission in submissions}
        pages = list(entry_pages.pages(Site(rankings, {}, references, by_slug, None), packed))
        assert not any(page.charts for page in pages)
        read = {}
        for page in pages:
            name = page.path.removeprefix("entries/").removesuffix(".html")
            read[name] = read_page(write_page(page, tmp_path / "site"))
        return read

    return pages_of
