"""Discretisation, the monitor and the packaged searches: what of one-shot search needs no torch."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from nb301.errors import TableError
from nb301.optimizers.one_shot import (
    SPACES,
    ArchitectureWeightsError,
    OneShotMonitor,
    discretise,
    logged_genotypes,
    logged_searches,
)
from nb301.optimizers.one_shot.searches import package, read_search
from nb301.space import FIRST_EDGE, Cell, Genotype, Op
from nb301.truth.emulated import EmulatedTruth

NONE, SKIP, SEP3, DIL5 = 0, 1 + Op.skip_connect, 1 + Op.sep_conv_3x3, 1 + Op.dil_conv_5x5
#: Rows of the table (Table 2; random_ws: official_facts F30).
ROWS = {"darts": 2053, "pc_darts": 1588, "drnas": 947, "gdas": 234, "random_ws": 198}


def _weights(*strong):
    """Weights of a cell, 0.1 but for (source, target, column, weight)."""
    weights = np.full((14, 8), 0.1)
    for source, target, column, weight in strong:
        weights[FIRST_EDGE[target] + source, column] = weight
    return weights


def _skips(n):
    """Weights whose discretised cell has `n` skip connections, else sep_conv_3x3."""
    edges = [(source, target) for target in (2, 3, 4, 5) for source in (0, 1)]
    return _weights(*((a, b, SKIP if i < n else SEP3, 0.5) for i, (a, b) in enumerate(edges)))


class _FakeBenchmark:
    """Predicts 0.9 for everything."""

    def query(self, genotype):
        assert isinstance(genotype, Genotype)
        return SimpleNamespace(mean=0.9, std=0.01)


def test_discretises_as_darts():
    """Each node keeps the two edges whose best op but none is strongest, with that op."""
    weights = _weights(
        (0, 2, SEP3, 0.3),
        (1, 2, SKIP, 0.2),
        (0, 3, NONE, 0.9),  # none is strongest, and never kept
        (1, 3, SEP3, 0.2),
        (2, 3, DIL5, 0.3),
        (0, 4, SEP3, 0.4),
        (0, 4, SKIP, 0.3),  # second best op of its edge: no edge of its own
        (3, 4, SKIP, 0.2),
        (1, 5, DIL5, 0.2),
        (2, 5, SEP3, 0.3),
        (4, 5, SKIP, 0.4),
    )

    cell = discretise(weights, weights).normal

    assert (
        Cell.from_edges(
            [
                (0, 2, "sep_conv_3x3"),
                (1, 2, "skip_connect"),
                (1, 3, "sep_conv_3x3"),
                (2, 3, "dil_conv_5x5"),
                (0, 4, "sep_conv_3x3"),
                (3, 4, "skip_connect"),
                (2, 5, "sep_conv_3x3"),
                (4, 5, "skip_connect"),
            ]
        )
        == cell
    )


def test_discretises_cells_apart():
    """The first array is the normal cell, the second the reduction cell."""
    genotype = discretise(_skips(8), _skips(0))

    assert (genotype.normal.count(Op.skip_connect), genotype.reduce.count(Op.skip_connect)) == (8, 0)


def test_ties_go_to_the_first():
    """Equal weights keep the first sources and the first op."""
    genotype = discretise(np.ones((14, 2)), np.ones((14, 2)), SPACES["s2"])

    assert all(edge.source < 2 and edge.op is Op.skip_connect for edge in genotype.normal.edges)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones((8, 14)), r"normal cell: weights have shape \(8, 14\), expected \(14, 8\)"),
        (-np.ones((14, 8)), "after the softmax"),
        (np.full((14, 8), np.nan), "not finite"),
    ],
)
def test_refuses_other_weights(weights, message):
    """Transposed weights, logits and NaN are refused with what to pass."""
    with pytest.raises(ArchitectureWeightsError, match=message):
        discretise(weights, np.ones((14, 8)))


@pytest.mark.parametrize(("skips", "warns"), [(0, False), (4, False), (5, True), (8, True)])
def test_monitor_warns_of_skip_collapse(skips, warns):
    """More than four skip connections in the normal cell are a collapse; those of reduction are not."""
    report = OneShotMonitor(_FakeBenchmark()).update(_skips(skips), _skips(8))

    assert (skips, warns) == (report.skips, report.warning is not None)
    assert not warns or f"{skips} of 8 edges" in report.warning


def test_monitor_reports_each_epoch():
    """Reports are numbered, kept, and have the release's prediction."""
    monitor = OneShotMonitor(_FakeBenchmark())
    monitor.update(_skips(1), _skips(0))

    report = monitor.update(_skips(2), _skips(0))

    assert (report.epoch, report.val_accuracy, report.std) == (2, 0.9, 0.01)
    assert [report.epoch for report in monitor.reports] == [1, 2]
    assert report.genotype == discretise(_skips(2), _skips(0))


def test_needs_no_torch():
    """Without torch everything but searches works, and a search names the extra to install."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import nb301, nb301.optimizers, nb301.optimizers.one_shot as one_shot\n"
        "assert one_shot.logged_searches() is not None\n"
        "try:\n    one_shot.run_search\n"
        "except nb301.errors.MissingExtra as error: print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "pip install 'nb301[torch]'" in done.stdout


def test_packaged_searches_are_whole():
    """Every packaged search has 50 canonical genotypes, and no method has more searches than rows need."""
    searches = logged_searches()

    for method, rows in ROWS.items():
        of_method = [search for search in searches if search.method == method]
        assert 0 < len(of_method) <= -(-rows // 50)
        for run, search in enumerate(of_method):
            assert len(search.genotypes) == len(search.train_loss) == len(search.val_loss) == 50
            assert all(genotype == genotype.canonical() for genotype in search.genotypes)
            assert search.genotypes == logged_genotypes(method, run)
    assert len(searches) == len({(search.method, search.space, search.seed) for search in searches})


def test_packaged_s2_searches_diverge():
    """DARTS on S2 ends in skip connections in the normal cell, which ruin accuracy (Appendix E.1)."""
    s2 = [search for search in logged_searches() if search.space == "s2"]
    ended = [search.genotypes[-1] for search in s2]
    worst = [max(genotype.normal.count(Op.skip_connect) for genotype in search.genotypes) for search in s2]

    assert np.mean(worst) >= 6
    assert all(edge.op in SPACES["s2"] for g in ended for cell in (g.normal, g.reduce) for edge in cell.edges)
    diverged = [g for search in s2 for g in search.genotypes if g.normal.count(Op.skip_connect) >= 7]
    sound = [g for search in s2 for g in search.genotypes if g.normal.count(Op.skip_connect) <= 3]
    truth = EmulatedTruth()
    assert truth.mean(diverged).mean() < truth.mean(sound).mean() - 0.02


def test_packages_and_reads_back(tmp_path):
    """A search's file and its place in the package say the same; an unknown search is refused."""
    text = str(discretise(_skips(2), _skips(1)).canonical())
    record = {"method": "darts", "space": "s2", "seed": 3, "images": "digits 8x8", "settings": {"steps": 4}}
    record |= {"genotypes": [text, text], "train_loss": [2.1, 1.5], "val_loss": [2.0, 1.75]}
    file = tmp_path / "darts-s2-03.json"
    file.write_text(json.dumps(record))

    package([file], tmp_path / "searches.json")

    assert [read_search(file)] == logged_searches(tmp_path / "searches.json")
    assert [Genotype.parse(text)] * 2 == read_search(file).genotypes
    with pytest.raises(TableError, match="no logged search 99 of 'darts'"):
        logged_genotypes("darts", 99)


def test_refuses_a_newer_package(tmp_path):
    """A package of another format is refused."""
    path = tmp_path / "searches.json"
    path.write_text('{"format": 2, "searches": []}')

    with pytest.raises(TableError, match="format 2"):
        logged_searches(path)
