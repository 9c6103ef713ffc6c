"""The page on methods suffices: a program that knows nothing else computes every number of a track again."""

from __future__ import annotations

import ast
import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from leaderboard.pages.build import build_site
from leaderboard.runs.packed import write_results
from nb301.files import write_text
from tests.leaderboard.pages import recomputed, recomputed_runs

#: Columns of names and conditions, which nothing is computed from.
GIVEN = {"name", "version", "release_hash", "truth", "rests_on", "seeds", "budget_seconds"}


def check(site, slug):
    """Compare all tables, cell by cell."""
    for name, rows in recomputed.tables(site, slug).items():
        with (site / f"data/{slug}/{name}.csv").open(encoding="utf-8") as file:
            published = [*csv.DictReader(file)]
        assert len(rows) == len(published), name
        for ours, theirs in zip(rows, published, strict=True):
            assert {*theirs} - GIVEN == {*ours}, name
            for column, value in ours.items():
                assert is_same(value, theirs[column]), (slug, name, column, value, theirs)


def is_same(value, text):
    """Whether a cell has a number, up to its last digit."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return text == ""
    if isinstance(value, (str, bool, int)):
        return text == str(value)
    digits = len(text.partition("e")[0].partition(".")[2])
    exponent = int(text.partition("e")[2] or 0)
    tolerance = max(0.51 * 10.0 ** (exponent - digits), 1e-12) if digits else 0.51
    return text != "" and float(value) == pytest.approx(float(text), abs=tolerance)


@pytest.fixture(scope="module")
def varied(make_run, references, tmp_path_factory):
    """Twelve seeds of entries of all kinds on two releases, and of two objectives on one."""
    rng, runs = np.random.default_rng(7), []
    other = {"release": "other", "release_hash": "b" * 64, "family": "gin"}
    of_fronts = {"cell": {"problem": "multi-objective"}}
    for seed in range(12):
        for number, entry in enumerate(("rs", "re", "ls", "guest", "variant")):
            for kind in ({}, other, of_fronts):
                error = 5 + number / 5 + rng.normal() / 3
                failed = {"verdict": "crash_ask", "detail": "x"} if rng.random() < 0.1 else {}
                known = {"support": None} if rng.random() < 0.3 else {}
                runs.append(make_run(entry, seed, error, evaluations=seed + 5, **kind, **failed, **known))
        # as good as each other whatever happens, and one that counts on one release, and on none
        runs += [make_run("steady", seed, 5.5, **other), make_run("de", seed, 5.5, **other)]
        runs += [make_run("gbdt", seed, 5.2, conflicts=("xgboost",)), make_run("gbdt", seed, 5.6, **other)]
        runs.append(make_run("nowhere", seed, 5.3 + seed / 50, conflicts=("xgboost",)))
        worth = {"genotype": runs[0].incumbents.genotype[0], "mean": 0.941, "judged": 0.941 + seed / 1000}
        runs.append(make_run("tpe", seed, 6.0, recommendation=worth))
    folder = tmp_path_factory.mktemp("varied")
    write_results(runs, {}, folder / "results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leaderboard.rendering.page.write_chart", lambda *_: None)
        build_site(folder / "none", folder / "site", results=folder / "results", references=references)
    return folder / "site"


@pytest.mark.parametrize("slug", ["1e7-seconds-1-worker", "1e7-seconds-1-worker-multi-objective"])
def test_every_number_follows_from_the_page(varied, slug):
    """Scores, places, ties, pairs, times: of entries that crash, recommend, conflict, or are guests."""
    check(varied, slug)


def test_few_seeds_follow_from_the_page(out, site):
    """Real runs of two seeds, of which nobody is told apart."""
    check(out, site.rankings[0].track.slug)


def test_another_constant_gives_other_numbers(varied, tmp_path):
    """The program takes the page at its word: with another level places differ."""
    slug = "1e7-seconds-1-worker"
    text = (varied / "methods.html").read_text("utf-8")
    assert text.count("<code>0.95</code>") == 1
    write_text(tmp_path / "methods.html", text.replace("<code>0.95</code>", "<code>0.5</code>"))
    for name in (f"data/{slug}", "data/references.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(varied / name)

    with pytest.raises(AssertionError, match="last_rank"):
        check(tmp_path, slug)


def test_program_knows_nothing_of_this_project():
    """It imports numpy, scipy, the standard library and itself."""
    imported = set()
    for module in (recomputed, recomputed_runs):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)

    assert not {name for name in imported if name.startswith(("leaderboard", "nb301", "validation"))}
    assert "numpy" in imported


def test_references_are_published_to_the_last_digit(out, site):
    """As they are frozen, fronts among them."""
    published = json.loads((out / "data/references.json").read_text("utf-8"))

    for board in site.rankings[0].boards:
        reference = site.references[board.release.release_hash]
        assert published[board.release.name] == json.loads(reference.model_dump_json())
