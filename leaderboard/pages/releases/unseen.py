"""What a release predicts of rows that its models have not seen, beside what was observed.

`python -m leaderboard.pages.releases.unseen TABLE` keeps that where a table is not embedded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from leaderboard.errors import BoardError
from leaderboard.places import KEPT
from nb301.encodings import canonical
from nb301.errors import one_line
from nb301.files import write_text
from nb301.parsing import parse_object, read_bytes
from nb301.releases import find, names
from nb301.releases.load import Release
from nb301.surrogates.ensemble import mean_and_std
from nb301.tables import load
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import random_only_split, stratified_split

Array = NDArray[np.float64]

_MOST_ROWS = 1000
_SEED = 301
#: Of errors in percent that are kept.
_DIGITS = 3
#: Bytes of a file, some 16 for each row.
_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rows of the test part of a release's table; errors in percent, shape (n,) each."""

    sources: tuple[str, ...]
    observed: Array
    predicted: Array


def unseen(release: Release, table: EvaluationTable | None) -> Unseen | None:
    """Predictions beside what was observed, of at most 1,000 rows, always the same ones.

    Args:
        release: Any.
        table: That it was fitted on; None where it is not embedded: then what is kept is read.

    Returns:
        None where there is neither a table nor a file.

    Raises:
        BoardError: The file is damaged, or of another release.
    """
    if table is not None:
        return _computed(release, table)
    path = KEPT / f"{release.name}.json"
    return _read(path, release) if path.is_file() else None


def _computed(release: Release, table: EvaluationTable) -> Unseen:
    rows = _test_rows(release, table)
    return Unseen(
        sources=tuple(table.rows["optimizer"].to_numpy().astype(str)[rows].tolist()),
        observed=observed(table, rows),
        predicted=predicted(release, table, rows),
    )


def observed(table: EvaluationTable, rows: NDArray[np.intp]) -> Array:
    """Validation errors of rows, percent."""
    return np.asarray(100 * (1 - table.rows["val_accuracy"].to_numpy(dtype=np.float64)[rows]))


def predicted(release: Release, table: EvaluationTable, rows: NDArray[np.intp]) -> Array:
    """Errors of rows that the ensemble's mean predicts, percent."""
    members = release.surrogate.predict(canonical(table.codes[rows]))
    return np.asarray(100 * (1 - mean_and_std(members)[0]))


def _test_rows(release: Release, table: EvaluationTable) -> NDArray[np.intp]:
    manifest = release.manifest
    split = random_only_split if manifest.random_only else stratified_split
    test = split(table, manifest.fitted_split.seed).test
    return np.sort(np.random.default_rng(_SEED).permutation(test)[:_MOST_ROWS])


def keep(release: Release, table: EvaluationTable, path: Path) -> None:
    """Write what a release predicts of rows of its table, whole or not at all."""
    rows = _computed(release, table)
    entries = {
        "release_hash": release.release_hash,
        "sources": rows.sources,
        "observed": np.round(rows.observed, _DIGITS).tolist(),
        "predicted": np.round(rows.predicted, _DIGITS).tolist(),
    }
    write_text(path, json.dumps(entries, separators=(",", ":")) + "\n")


def _read(path: Path, release: Release) -> Unseen:
    again = "write it with `python -m leaderboard.pages.releases.unseen TABLE`"
    try:
        entries = parse_object(read_bytes(path, _MOST_BYTES))
        sources = tuple(map(str, entries["sources"]))
        errors = np.array([entries["observed"], entries["predicted"]], dtype=np.float64)
        release_hash = str(entries["release_hash"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise BoardError(f"{path}: not predictions ({one_line(str(error))}): {again}") from None
    if release_hash != release.release_hash:
        raise BoardError(
            f"{path}: of release {release_hash}, but {release.name} is {release.release_hash}: {again}"
        )
    if errors.shape != (2, len(sources)) or not np.isfinite(errors).all():
        raise BoardError(f"{path}: not predictions (columns differ in length, or are no numbers): {again}")
    return Unseen(sources, errors[0], errors[1])


def main(table: Annotated[str, typer.Argument(help="A table by its name, or a file.")]) -> None:
    """Keep what the embedded releases on a table predict of its test rows."""
    rows = load(table)
    for release in map(find, names()):
        if release.manifest.table.content_hash == rows.content_hash:
            path = KEPT / f"{release.name}.json"
            keep(release, rows, path)
            typer.echo(f"wrote {path}")


if __name__ == "__main__":
    typer.run(main)
