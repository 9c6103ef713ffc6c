"""Many queries on several processes, as scikit-learn's `n_jobs`: the answers are the same for any number.

    python -m docs.examples.parallel_queries

asks 20,000 architectures. Run with joblib 1.6; `concurrent.futures` does as well.
"""

from __future__ import annotations

import pickle

import numpy as np
from joblib import Parallel, delayed

import nb301
from nb301.space import sample_many

BENCHMARK = nb301.load("cifar10-gin-rand-v1.0")


def accuracies(genotypes: list[nb301.Genotype], seed: int, n_jobs: int = 1, batch: int = 2000) -> np.ndarray:
    """Accuracy of one training of each, fractions, shape (n,).

    What each process gets is the release's name and a batch of genotypes.

    Args:
        genotypes: Architectures.
        seed: Of the trainings.
        n_jobs: Processes; -1 for one on each core.
        batch: Architectures that a process is asked at once.
    """
    batches = [genotypes[start : start + batch] for start in range(0, len(genotypes), batch)]
    answers = Parallel(n_jobs)(delayed(BENCHMARK.query)(asked, seed=seed) for asked in batches)
    return np.concatenate([answer.val_accuracy for answer in answers])


def main(architectures: int = 20_000, n_jobs: int = -1) -> np.ndarray:
    """Ask random architectures, and print how good they are."""
    genotypes = sample_many(np.random.default_rng(0), architectures)
    found = accuracies(genotypes, seed=1, n_jobs=n_jobs)
    print(f"the benchmark is sent as {len(pickle.dumps(BENCHMARK))} bytes")
    print(
        f"{architectures:,} random architectures: {found.mean():.4f} on average, {found.max():.4f} the best"
    )
    return found


if __name__ == "__main__":
    main()
