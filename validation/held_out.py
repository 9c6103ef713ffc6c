"""The rows that a release was not fitted on, re-made from its manifest, and its predictions of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nb301 import tables
from nb301.benchmark import Benchmark
from nb301.errors import ReleaseError
from nb301.releases import Manifest, Release
from nb301.space import Genotype
from nb301.tables.splits import stratified_split
from nb301.truth.emulated import EmulatedTruth
from validation.claims import Array, Quantity


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The test rows of a release; those of all optimizers, for random-only releases, too (Appendix E.3).

    Args:
        genotypes: The `n` architectures.
        truth: What was observed, shape (n,) each.
        noise_free: Expectations over seeds, shape (n,) each, of the quantities where they are known.
    """

    genotypes: list[Genotype]
    truth: Mapping[Quantity, Array]
    noise_free: Mapping[Quantity, Array]


def held_out(manifest: Manifest) -> HeldOut:
    """Re-make the test split of a release.

    Raises:
        TableError: The table is not there.
        ReleaseError: It is not the one that the release was fitted on, or it splits differently now.
    """
    reference = manifest.table
    table = _table(f"{reference.name}-v{reference.version}")
    if table.content_hash != reference.content_hash:
        raise ReleaseError(
            f"release {manifest.name} was fitted on table {reference.name}-v{reference.version} with "
            f"content hash {reference.content_hash}, but here it has {table.content_hash}: "
            "the rows that the release has not seen are unknown; install the nb301 that it came with"
        )
    test = stratified_split(table, manifest.split.seed).test
    if len(test) != manifest.split.test:
        raise ReleaseError(
            f"release {manifest.name} was measured on {manifest.split.test} test rows, but seed "
            f"{manifest.split.seed} gives {len(test)} now: the split is no longer the one it was fitted with"
        )
    rows = table.rows.iloc[test]
    genotypes = [table.genotypes[row] for row in test]
    return HeldOut(
        genotypes=genotypes,
        truth={"val_accuracy": rows["val_accuracy"].to_numpy(), "runtime": rows["runtime"].to_numpy()},
        noise_free=_noise_free(manifest.truth, genotypes),
    )


def predict(release: Release, genotypes: list[Genotype]) -> Mapping[Quantity, Array]:
    """Query a release without noise; shape (n,) each."""
    evaluations = Benchmark(release).query(genotypes)
    return {"val_accuracy": evaluations.mean, "runtime": evaluations.runtime}


#: Reading a table checks every row, and releases share it.
_table = cache(tables.load)


def _noise_free(truth: str, genotypes: list[Genotype]) -> Mapping[Quantity, Array]:
    emulated = EmulatedTruth()
    if truth != f"{emulated.name} {emulated.version}":
        return {}  # accuracies of real trainings have no known expectation
    return {"val_accuracy": emulated.mean(genotypes), "runtime": emulated.median_runtime(genotypes)}
