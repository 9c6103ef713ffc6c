"""The ranking against cases computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from leaderboard.errors import BoardError, UnknownReference
from leaderboard.ranking import examination, pairs
from leaderboard.ranking.curves import curve
from leaderboard.ranking.examination import ALL, TRUTH, examine
from leaderboard.ranking.selection import Unfinished, select, tracks_of
from leaderboard.ranking.standings import rank
from leaderboard.runs.key import Track
from leaderboard.sandbox.limits import Level
from nb301 import load
from nb301.space import Genotype, sample
from nb301.truth.emulated import EmulatedTruth

TRACK = Track(workers=1, budget_seconds=1e7, budget_evaluations=30_000)
LUCK = (0.0, 0.3, -0.2, 0.1, -0.3, 0.2)
OTHER = {"release": "other", "release_hash": "b" * 64}


def of(make_run, entry, error, luck=LUCK, **changes):
    """Runs of one entry: seed s ends with the error plus its luck."""
    return [make_run(entry, seed, error + each, **changes) for seed, each in enumerate(luck)]


@pytest.fixture
def ranked(references):
    """Rank runs by the made-up references."""
    return lambda runs, track=TRACK: rank(runs, references, track)


def by_entry(ranking):
    return {each.row.entry: each for each in ranking.whole.standings}


def test_rows_hold_the_measures_of_their_runs(make_run, ranked):
    """Scores are means and errors medians over seeds, in points and percent; observed ones lie below."""
    changes = {"support": {"queries": 4, "unfamiliar": 1}, "usage": {"cpu_seconds": 3.0}}
    runs = of(make_run, "rs", 5.5, (0, 0.2, -0.2), **changes)
    (standing,) = ranked(runs).whole.standings
    row = standing.row

    # regret 0.75 for half of the time, 0.25 for the other half, and luck moves both
    assert row.score.value == pytest.approx(50)
    assert row.error == pytest.approx(5.5)
    assert row.observed_error == pytest.approx(5.4)
    assert row.observed_score > 0
    assert row.regret == pytest.approx(0.5)
    assert (row.evaluations, row.crash_rate, row.cpu_seconds, row.unfamiliar) == (7, 0, 3, 0.25)
    assert (row.ranks, row.speed_up, standing.worst) == ((1, 1), 1, row.score.value)


def test_clear_differences_give_clear_ranks(make_run, ranked):
    """Paired luck does not hide a steady difference; the order is that of scores."""
    ranking = ranked(of(make_run, "rs", 6.4) + of(make_run, "re", 5.4))
    (pair,) = ranking.whole.pairs

    assert [each.row.entry for each in ranking.whole.standings] == ["re", "rs"]
    assert [each.row.ranks for each in ranking.whole.standings] == [(1, 1), (2, 2)]
    # each point of error is half of the distance between random and best
    assert (pair.one, pair.other, pair.wins) == ("re", "rs", 1)
    assert pair.error_difference.value == pytest.approx(-1)
    # six seeds: two of 64 outcomes are as extreme
    assert (pair.p, pair.p_holm) == (pytest.approx(2 / 64), pytest.approx(2 / 64))
    assert ranking.whole.tie_groups == (("re",), ("rs",))


def test_entries_that_differ_by_luck_share_their_ranks(make_run, ranked):
    """Neither ranks nor tests tell them apart, and what it would take is told."""
    ranking = ranked(of(make_run, "rs", 5.5) + of(make_run, "re", 5.5, (*LUCK[1:], 0.1)))

    assert [each.row.ranks for each in ranking.whole.standings] == [(1, 2), (1, 2)]
    assert [sorted(group) for group in ranking.whole.tie_groups] == [["re", "rs"]]
    assert ranking.whole.pairs[0].seeds_needed > 6
    assert not ranking.whole.pairs[0].equivalent


def test_small_steady_differences_are_equivalent_in_practice(make_run, ranked):
    """Told apart by the test, and yet no difference that matters: 0.01 points of error."""
    (pair,) = ranked(of(make_run, "rs", 5.51) + of(make_run, "re", 5.5)).whole.pairs

    assert pair.p < 0.05
    assert pair.equivalent


def test_a_new_entry_moves_no_score(make_run, ranked):
    """Scores are absolute: they rest on frozen references, not on the pool."""
    runs = of(make_run, "rs", 6) + of(make_run, "re", 5.5)
    before = by_entry(ranked(runs))
    after = by_entry(ranked(runs + of(make_run, "best", 4)))

    for entry, standing in before.items():
        assert after[entry].row.score == standing.row.score
        assert after[entry].row.error == standing.row.error


def test_conflicted_cells_are_kept_and_not_counted(make_run, ranked):
    """On a release of its own family an entry is shown; it is ranked on the others alone."""
    runs = of(make_run, "rs", 6) + of(make_run, "rs", 5.4, **OTHER)
    runs += of(make_run, "gbdt", 4, conflicts=("xgboost",)) + of(make_run, "gbdt", 6.4, **OTHER)
    ranking = ranked(runs)
    standings, (own, other) = by_entry(ranking), ranking.boards

    assert [each.row.entry for each in ranking.whole.standings] == ["rs", "gbdt"]
    assert standings["gbdt"].scores[0] > standings["gbdt"].scores[1] == standings["gbdt"].worst
    assert standings["gbdt"].row.score.value == pytest.approx(standings["gbdt"].scores[1])
    assert ranking.whole.pairs[0].error_difference.value == pytest.approx(-1)
    assert [(row.entry, row.ranks, row.conflicts) for row in own.rows] == [
        ("rs", (1, 1), ()),
        ("gbdt", None, ("xgboost",)),
    ]
    assert [row.ranks for row in other.rows] == [(1, 1), (2, 2)]


def test_entry_that_counts_nowhere_comes_last(make_run, ranked):
    """It has no rank and is in no pair, however good it looks."""
    ranking = ranked(of(make_run, "rs", 6) + of(make_run, "gbdt", 4, conflicts=("xgboost",)))

    assert [each.row.entry for each in ranking.whole.standings] == ["rs", "gbdt"]
    assert ranking.whole.standings[1].row.score is None
    assert ranking.whole.pairs == ()


def test_failed_runs_count(make_run, ranked):
    """A run without an evaluation scores 0, and the crash rate shows it; no curve is drawn of it."""
    runs = of(make_run, "rs", 5) + of(make_run, "bad", 5, evaluations=0, verdict="crash_import", support=None)
    ranking = ranked(runs)
    bad = by_entry(ranking)["bad"]

    assert (bad.row.score.value, bad.row.crash_rate, bad.row.unfamiliar) == (0, 1, None)
    assert bad.row.error == pytest.approx(7)
    assert bad.row.speed_up is None
    assert [each.entry for each in ranking.boards[0].curves] == ["rs"]


def test_speed_up_is_the_ratio_of_running_times(make_run, ranked):
    """To what random search ends with, 6 %: it takes 10^5.5 s, the other entry 10^4."""
    runs = of(make_run, "rs", 6, (0,) * 3) + of(make_run, "re", 5, (0,) * 3)

    assert by_entry(ranked(runs))["re"].row.speed_up == pytest.approx(10**1.5)
    assert by_entry(ranked(of(make_run, "re", 5)))["re"].row.speed_up is None


def test_contrasts_are_of_what_an_entry_has_both_of(make_run, ranked):
    """All-data against random-only within a family, and trees against graph networks within a scope."""
    runs = of(make_run, "rs", 5) + of(make_run, "rs", 5.5, random_only=True, **OTHER)
    (standing,) = ranked(runs).whole.standings
    # 0.5 points are a quarter of the distance, at all times but the clipped ones
    assert standing.all_minus_random.value == pytest.approx(25)
    assert standing.xgb_minus_gin is None

    runs = of(make_run, "rs", 5) + of(make_run, "rs", 5.5, family="gin", **OTHER)
    (standing,) = ranked(runs).whole.standings
    assert standing.all_minus_random is None
    assert standing.xgb_minus_gin.value == pytest.approx(25)


def test_curves_by_the_truth_are_of_the_same_incumbents(make_run, ranked):
    """Where the emulated ground truth answers for the release, and nowhere else."""
    (board,) = ranked(of(make_run, "rs", 5)).boards
    error = 100 * (1 - EmulatedTruth().mean([Genotype.parse(make_run().incumbents.genotype[0])])[0])

    np.testing.assert_allclose(board.true_curves[0].median, error)
    assert ranked(of(make_run, "rs", 5, truth="cifar10 1.0")).boards[0].true_curves == ()


def test_order_of_runs_does_not_matter(make_run, ranked):
    """A ranking is a function of the set of runs."""
    runs = of(make_run, "rs", 6) + of(make_run, "re", 5.5) + of(make_run, "rs", 6, **OTHER)
    forwards, backwards = ranked(runs), ranked(runs[::-1])

    assert forwards.views == backwards.views
    assert [board.release.name for board in forwards.boards] == ["emulated-xgb-v1.0", "other"]


def test_curve_starts_where_every_run_has_an_incumbent(make_run):
    """Medians and quartiles over runs, at log-spaced times up to the budget."""
    found = curve([make_run(seed=seed, error=error) for seed, error in enumerate([5.0, 5.5, 7.0])], points=4)

    np.testing.assert_allclose(found.seconds, [1e4, 1e5, 1e6, 1e7])
    np.testing.assert_allclose(found.median, [6.5, 6.5, 5.5, 5.5])
    np.testing.assert_allclose(found.low, [6.25, 6.25, 5.25, 5.25])
    np.testing.assert_allclose(found.high, [7.25, 7.25, 6.25, 6.25])


def test_generation_that_ran_last_is_taken(make_run):
    """A submission that was changed is judged by its new runs; the old ones stay where they are."""
    later = make_run().origin.model_copy(update={"ended": "2021-01-01T00:00:00+00:00"})
    old = of(make_run, "rs", 6)
    new = of(make_run, "rs", 5, cell={"tree_hash": "0" * 64}, origin=later)

    assert select(old + new, TRACK) == select(new + old, TRACK) == new


def test_changed_entries_replace_earlier_ones_when_complete(make_run):
    """A generation with fewer seeds, though it ran later, waits."""
    later = make_run().origin.model_copy(update={"ended": "2021-01-01T00:00:00+00:00"})
    old = of(make_run, "rs", 6)
    new = of(make_run, "rs", 5, cell={"tree_hash": "0" * 64}, origin=later)

    assert select(old + new[:-1], TRACK) == old


def test_tracks_and_unsealed_runs_are_apart(make_run, ranked):
    """Runs with more workers or another budget are another ranking; unsealed ones are in none."""
    parallel = of(make_run, "rs", 5, cell={"workers": 30})
    short = of(make_run, "rs", 5, cell={"budget_seconds": 2.5e6, "budget_evaluations": 100})
    unsealed = of(make_run, "re", 5, cell={"level": Level.limited})
    runs = of(make_run, "rs", 6) + parallel + short + unsealed

    assert [each.row.entry for each in ranked(runs).whole.standings] == ["rs"]
    assert tracks_of(runs) == [TRACK, Track(1, 2.5e6, 100), Track(30, 1e7, 30_000)]
    assert [track.slug for track in tracks_of(runs)] == [
        "1e7-seconds-1-worker",
        "2.5e6-seconds-100-evaluations-1-worker",
        "1e7-seconds-30-workers",
    ]
    assert ranked(parallel, Track(30, 1e7, 30_000)).runs == tuple(parallel)
    with pytest.raises(BoardError, match="no run to rank among 6 on the track 1e7-seconds-1-worker"):
        ranked(unsealed)


def test_no_runs_is_an_error_that_says_what_to_do(ranked):
    """An empty folder cannot be ranked."""
    with pytest.raises(BoardError, match="python -m leaderboard run"):
        ranked([])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"release_hash": "b" * 64}, "differ in release"),
        ({"cell": {"protocol": 1}}, "differ in protocol"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(make_run, ranked, changes, message):
    """Entries on other release bytes or by another protocol never end in one table."""
    with pytest.raises(BoardError, match=message):
        ranked([make_run("rs"), make_run("re", **changes)])


def test_unfinished_entries_wait(make_run, ranked):
    """An interrupted command leaves entries with fewer runs; they are named, not ranked as if complete."""
    ranking = ranked([make_run("rs", 0), make_run("rs", 1), make_run("re", 0)])

    assert [each.row.entry for each in ranking.whole.standings] == ["rs"]
    assert ranking.unfinished == (Unfinished("re", "emulated-xgb-v1.0", 1, 2),)


def test_many_entries_list_near_pairs_alone(make_run, ranked, monkeypatch):
    """Tests are still corrected for all pairs."""
    runs = [
        make_run(f"e{number}", seed, error=5 + number / 100 + seed / 1000)
        for number in range(6)
        for seed in range(8)
    ]
    listed = {(pair.one, pair.other): pair for pair in ranked(runs).whole.pairs}
    monkeypatch.setattr(pairs, "_ALL_PAIRS", 5)
    monkeypatch.setattr(pairs, "_NEAR", 2)
    near = ranked(runs).whole.pairs

    assert (len(listed), len(near)) == (15, 9)
    assert all(listed[pair.one, pair.other] == pair for pair in near)


def test_two_results_of_one_cell_are_refused(make_run, ranked):
    """A cell has one result; whoever has two has to find out which is false."""
    with pytest.raises(BoardError, match="two that differ"):
        ranked([make_run(), make_run(trace_hash="0" * 64)])


def test_release_without_references_is_named(make_run, ranked):
    """What scores are measured against is never made up."""
    with pytest.raises(UnknownReference, match="release new"):
        ranked([make_run(release="new", release_hash="0" * 64)])


def test_judges_say_what_they_would_answer(make_run):
    """Each release and the ground truth judge every architecture; differences are to its own release."""
    names = ("emulated-xgb-rand-v1.0", "emulated-xgb-v1.0")
    genotypes = [sample(np.random.default_rng(seed)) for seed in range(3)]
    runs = []
    for name in names:
        release_hash = load(name).release.release_hash
        for seed, genotype in enumerate(genotypes):
            recommended = {"genotype": str(genotype), "mean": 0.9}
            runs.append(
                make_run("rs", seed, release=name, release_hash=release_hash, recommendation=recommended)
            )
    judged = {(each.entry, each.found_on, each.judge): each for each in examine(runs)}
    errors = {name: 100 * (1 - load(name).query(genotypes).mean) for name in names}

    assert len(judged) == 2 * 2 * 3
    own, other = judged[ALL, names[0], names[0]], judged["rs", names[0], names[1]]
    assert (own.worse, own.interval, own.runs) == (0, (0, 0), 3)
    assert other.error == pytest.approx(errors[names[1]].mean())
    assert other.worse == pytest.approx((errors[names[1]] - errors[names[0]]).mean())
    assert judged[ALL, names[1], TRUTH].error == pytest.approx(
        100 * (1 - EmulatedTruth().mean(genotypes)).mean()
    )


def test_releases_that_are_not_embedded_do_not_judge(make_run):
    """Of another name or other bytes: there is nothing to ask."""
    assert examine([make_run()]) == []
    assert examination.final_genotype(make_run()) == str(Genotype.parse(make_run().incumbents.genotype[-1]))
