"""Queries on several processes."""

import numpy as np
import pytest

pytest.importorskip("joblib")
from docs.examples.parallel_queries import BENCHMARK, accuracies, main
from nb301.space import sample_many


def test_any_number_of_processes_answers_alike(capsys):
    """To the last bit, whatever is asked at once."""
    found = main(60, n_jobs=1)
    assert "60 random architectures" in capsys.readouterr().out
    genotypes = sample_many(np.random.default_rng(0), 60)
    assert found.tolist() == BENCHMARK.query(genotypes, seed=1).val_accuracy.tolist()
    assert found.tolist() == accuracies(genotypes, seed=1, n_jobs=2, batch=25).tolist()
