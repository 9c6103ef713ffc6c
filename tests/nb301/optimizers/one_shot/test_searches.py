"""The packaged searches: whole, and what the paper says of them."""

import json

import numpy as np
import pytest

from nb301.errors import TableError
from nb301.optimizers.one_shot import SPACES, logged_genotypes, logged_searches
from nb301.optimizers.one_shot.searches import package, read_search
from nb301.sources import ROWS_IN_PAPER, SourceKind, sources_of
from nb301.space import Genotype, Op, sample
from nb301.truth.emulated import EmulatedTruth

GENOTYPE = sample(np.random.default_rng(0)).canonical()


def test_packaged_searches_are_whole():
    """Every packaged search has 50 canonical genotypes, and no method has more searches than rows need."""
    searches = logged_searches()

    for method in sources_of(SourceKind.ONE_SHOT):
        rows = ROWS_IN_PAPER[method]
        runs = [search for search in searches if search.method == method]
        assert 0 < len(runs) <= -(-rows // 50)
        for run, search in enumerate(runs):
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
    text = str(GENOTYPE)
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
