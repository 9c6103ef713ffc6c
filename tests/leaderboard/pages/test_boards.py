"""The ranking pages: places, ties and links between boards, also in a real browser."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from leaderboard.drawing.plots import MOST
from leaderboard.pages import boards
from leaderboard.places import SITE
from leaderboard.ranking.selection import Scope
from leaderboard.rendering.page import write_page

#: Of the made-up runs with one worker and with several, and of the short real ones.
TRACKS = ("1e7-seconds-1-worker", "1e7-seconds-30-workers")
TRACK = "5e4-seconds-1-worker"


def test_letters_are_those_of_tie_groups():
    """An entry has a letter for each group; after `z` letters double."""
    groups = [["a", "b"], ["b", "c"]]
    assert boards.letters(groups) == {"a": "a", "b": "a b", "c": "b"}
    many = boards.letters([[str(number)] for number in range(53)])
    assert (many["25"], many["26"], many["52"]) == ("z", "aa", "aaa")


def test_first_board_is_the_front_page(site):
    """All others are in a folder of their track."""
    track = site.rankings[0].track

    assert boards.board_path(site, track, Scope()) == "index.html"
    assert boards.board_path(site, track, Scope("an emulation")) == f"boards/{TRACK}/an-emulation.html"


def test_what_releases_rest_on_is_a_choice(site_of, make_run):
    """Each page has the releases of its kind alone, and links to others, and to the same on other tracks."""
    real = {"release": "other", "release_hash": "b" * 64, "truth": "CIFAR-10 training, last epoch"}
    many = {"cell": {"workers": 30}}
    site = site_of([make_run(), make_run(**real), make_run(**many), make_run(**many, **real)])
    pages = {page.path: page.context for page in boards.pages(site)}
    folders = [f"boards/{track}" for track in TRACKS]
    names = ("an-emulation.html", "real-cifar-10-trainings-last-epoch.html")

    assert {*pages} == {"index.html", f"{folders[1]}/all-releases.html"} | {
        f"{folder}/{name}" for folder in folders for name in names
    }
    choices = pages[f"{folders[0]}/an-emulation.html"]["choices"]
    bases = {choice.title: (choice.path, choice.is_current) for choice in choices["Rests on"]}
    assert bases == {
        "all": ("index.html", False),
        "real CIFAR-10 trainings": (f"{folders[0]}/{names[1]}", False),
        "an emulation": (f"{folders[0]}/{names[0]}", True),
    }
    assert [choice.path for choice in choices["Track"]] == [f"{folder}/{names[0]}" for folder in folders]
    notice = pages[f"{folders[0]}/{names[1]}"]["notice"]
    assert (notice.is_real, notice.is_emulated) == (True, False)


def test_flags_tell_what_a_score_does_not(site_of, make_run):
    """Failed runs, and what an entry loses where names are hidden, if seeds prove that it does."""
    runs = []
    for blind, error in ((False, 5.2), (True, 6.0)):
        for seed in range(10):
            cell = {"blind": blind}
            runs.append(make_run("re", seed, error + seed / 100, cell=cell))
            verdict = "timeout" if seed < 2 else "completed"
            runs.append(make_run("rs", seed, 5.5 + seed / 100, cell=cell, verdict=verdict))
    named, blind = boards.pages(site_of(runs))
    flags = {line.standing.row.entry: line.flags for line in named.context["rows"]}

    (failed,) = flags["rs"]
    assert failed.text == "20.0\N{NO-BREAK SPACE}% failed"
    assert failed.about == "20.0\N{NO-BREAK SPACE}% of its runs did not end as completed"
    (lost,) = flags["re"]
    assert re.fullmatch("\N{MINUS SIGN}\\d+\\.\\d blind", lost.text)
    assert not any("blind" in flag.text for line in blind.context["rows"] for flag in line.flags)


def test_page_says_that_few_seeds_prove_nothing(built_of, make_run):
    """Five seeds tell nobody apart; entries share their places and a letter."""
    luck = {"rs": (0, 1, 2, 3, 4), "re": (1, 0, 3, 2, 5)}
    runs = [make_run(entry, s, 5 + luck[entry][s] / 10) for entry in luck for s in range(5)]
    text = built_of(runs).plain

    assert "With 5 seeds nobody is told apart from anybody: that takes 10." in text
    assert text.count("1\N{EN DASH}2") == 2


def test_page_says_who_is_outside_of_the_core_set(built_of, make_run):
    """Where there is a core set: such an entry is ranked among it and itself."""
    runs = [make_run(entry, s, 5 + s / 10) for entry in ("rs", "re", "mine") for s in range(10)]
    assert ": among the core set and itself" in built_of(runs).plain
    without = [run for run in runs if run.cell.submission != "rs"]
    assert "among the core set" not in built_of(without).plain


def test_what_needs_no_search_stands_beside(site, built_of, make_run):
    """On releases that are here, with no place; on made-up ones nothing is said."""
    (page, *_others) = boards.pages(site)
    known = page.context["no_search"]
    assert "DARTS' cell, second order" in {one.name for one in known}
    assert all(len(one.scores) == len(page.context["view"].releases) for one in known)
    assert "Without a search" not in built_of([make_run("rs"), make_run("re")]).plain


def test_conflicted_entries_are_shown_and_not_counted(built_of, make_run):
    """An entry that fits the surrogate's own family has no place, and says why."""
    text = built_of([make_run("rs"), make_run("gbdt", conflicts=("xgboost",))]).text

    assert "not counted: fits xgboost as the release does" in text


def test_scores_that_are_not_known_are_dashes(site_of, make_run, tmp_path):
    """Only for people: a table sorts them as empty."""
    runs = [make_run("rs"), make_run("rs", release="other", release_hash="b" * 64), make_run("re")]
    (page,) = boards.pages(site_of(runs))

    rows = {row.standing.row.entry: row for row in page.context["rows"]}
    assert rows["rs"].scores == tuple(f"{score:.2f}" for score in rows["rs"].standing.scores)
    assert rows["re"].scores == (rows["rs"].scores[0], None)
    assert rows["rs"].flags == ()
    assert [flag.text for flag in rows["re"].flags] == ["1 of 2 releases"]
    text = write_page(page, tmp_path).read_text(encoding="utf-8")
    assert text.count('data-value="">\N{EN DASH}</td>') == text.count(">\N{EN DASH}</td>")


def test_tracks_are_boards_of_their_own(built_of, read_page, make_run, tmp_path):
    """Runs with more workers are in no table of those with one; a link leads from one to the other."""
    page = built_of([make_run(), make_run("re", cell={"workers": 30})])
    other = read_page(tmp_path / "site" / "boards" / "1e7-seconds-30-workers" / "all-releases.html")
    one, many = ((tmp_path / "site" / "data" / track / "standings.csv").read_text() for track in TRACKS)

    assert ("rs,RS" in one, "re,RE" in one) == (True, False)
    assert ("rs,RS" in many, "re,RE" in many) == (False, True)
    assert ("entries/re.html" in page.links, "../../entries/re.html" in other.links) == (False, True)
    assert "boards/1e7-seconds-30-workers/all-releases.html" in page.links
    assert "../../index.html" in other.links


def test_unfinished_entries_are_named(built_of, make_run):
    """An entry with fewer seeds is not ranked, and the page says so."""
    text = built_of([make_run("rs", 0), make_run("rs", 1), make_run("re", 0)]).plain

    assert "RE (1 of 2 seeds on emulated-xgb-v2.0)" in text


@pytest.fixture(scope="module")
def crowded(site_of, make_run, tmp_path_factory):
    """The front page of 90 entries with ten seeds each, on one release."""
    luck = np.random.default_rng(0).normal(0, 0.05, (90, 10))
    runs = [
        make_run(f"entry-{number}", seed, 5.5 + number / 400 + luck[number, seed], name=f"Entry {number}")
        for number in range(90)
        for seed in range(10)
    ]
    folder = tmp_path_factory.mktemp("crowded")
    shutil.copytree(SITE / "static", folder / "static")
    (page,) = boards.pages(site_of(runs))
    return write_page(page, folder)


@pytest.mark.browser
class TestInBrowser:
    """Boards as readers see them."""

    def test_ranking_is_sorted(self, opened):
        """By name, and the address holds the state for another reader."""
        page = opened()
        page.locator("th[data-column=speed-up] button").click()
        page.locator("#ranking th[data-column=entry] button").click()
        names = page.locator("#ranking tbody th a").all_inner_texts()
        assert names == sorted(names)
        again = opened(f"index.html#{page.url.partition('#')[2]}")
        assert again.locator("#ranking tbody th a").all_inner_texts() == names

    def test_many_entries_stay_usable(self, open_page, crowded, overflow):
        """They are sorted and filtered, places are intervals, and nothing but the table scrolls sideways."""
        page = open_page(crowded)
        rows = page.locator("#ranking tbody tr")
        assert rows.count() == 90
        page.get_by_role("searchbox", name="Name").fill("entry 3")
        assert page.locator("#ranking tbody tr:visible").count() == 11
        page.get_by_role("button", name="Reset").click()
        page.locator("th[data-column=score] button").click()
        scores = [float(text) for text in page.locator("#ranking td b").all_inner_texts()]
        assert scores == sorted(scores, reverse=True)
        assert "\N{EN DASH}" in rows.first.locator(".place").inner_text()
        assert overflow(page) == 0
        drawn = page.locator("path.entry").evaluate_all("paths => paths.map(path => path.dataset.entry)")
        buttons = page.locator("#ranking button[data-choose]")
        assert sorted(buttons.evaluate_all("all => all.map(one => one.dataset.choose)")) == sorted(drawn)
        assert len(drawn) == MOST
