"""Places: where the files of a checkout are that are found by where they lie."""

from __future__ import annotations

from pathlib import Path

#: The checkout.
ROOT = Path(__file__).resolve().parents[1]

#: The library that is ranked with.
LIBRARY = ROOT / "nb301"
CHANGELOG = ROOT / "CHANGELOG.md"
#: Templates and static files.
SITE = ROOT / "site"
#: The built site.
BUILT_SITE = SITE / "build"
#: The report on the embedded releases, which `docs/validation.py` keeps.
REPORT = ROOT / "docs" / "validation.json"

#: Runs that are made here, and packages that submissions have locked.
RUNS = ROOT / "build" / "runs"
ENVIRONMENTS = ROOT / "build" / "environments"

_LEADERBOARD = ROOT / "leaderboard"
#: What is mounted into the sandbox beside a submission.
INSIDE = _LEADERBOARD / "inside"
SUBMISSIONS = _LEADERBOARD / "submissions"
#: What `new` copies.
SKELETON = _LEADERBOARD / "skeleton"
#: Runs that are committed, and all numbers that follow from them.
RESULTS = _LEADERBOARD / "results"
#: What scores are measured against.
REFERENCES = _LEADERBOARD / "ranking" / "references.toml"
#: Maps of tables.
EMBEDDINGS = _LEADERBOARD / "pages" / "landscape" / "embeddings"
#: What releases predict of rows of tables that are not embedded.
KEPT = _LEADERBOARD / "pages" / "releases" / "kept"
#: Run by its path, on a bare interpreter.
LIFELINE = _LEADERBOARD / "sandbox" / "lifeline.py"
