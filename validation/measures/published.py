"""Agreement with the paper's own models, of which predictions were published (official_facts F43, F44).

They are not ours to ship: `NB301_PUBLISHED` names their folder, by default `shared/data` beside the checkout.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd

from nb301.metrics import r2, spearman
from nb301.space import Genotype
from validation.intervals import Array
from validation.measures.base import Measured, one_of, over_rows
from validation.measures.linear import linear_mean
from validation.measures.registry import register
from validation.places import published_predictions
from validation.predictors import TimePredictor
from validation.subject import NotApplicable, Subject

#: Files by the version of the official XGBoost; columns `genotype`, `val_accuracy` and maybe `runtime`.
FILES = {"v0.9": "xgb_v09_predictions.parquet", "v1.0": "xgb_v10_predictions.parquet"}
#: The version that has seconds of the official runtime model, too.
_WITH_SECONDS = "v0.9"
_Version = Annotated[str, one_of(FILES)]


class Published(NamedTuple):
    """What the paper's models predict."""

    genotypes: list[Genotype]
    val_accuracy: Array
    """Fractions, shape (n,)."""
    runtime: Array | None
    """Seconds, shape (n,)."""


@register()
def agreement(subject: Subject, version: _Version) -> Measured:
    """Spearman's correlation with the predictions of the official XGBoost."""
    theirs, ours = _predictions(subject, version)
    return over_rows(lambda r: spearman(theirs[r], ours[r]), len(ours))


@register()
def gain_over_linear(subject: Subject, version: _Version) -> Measured:
    """The same minus that of a linear model that was fitted to the subject's rows."""
    theirs, ours = _predictions(subject, version)
    linear = linear_mean(subject, _read_file(_path(version)).genotypes)
    return over_rows(
        lambda r: spearman(theirs[r], ours[r]) - spearman(theirs[r], linear[r]),
        len(ours),
        linear=spearman(theirs, linear),
    )


@register()
def offset(subject: Subject, version: _Version) -> Measured:
    """Mean of predicted minus published accuracy, fraction."""
    theirs, ours = _predictions(subject, version)
    return over_rows(lambda r: float((ours[r] - theirs[r]).mean()), len(ours))


@register()
def runtime(subject: Subject) -> Measured:
    """R2 of the seconds of the official runtime model."""
    if not isinstance(subject.predictor, TimePredictor):
        raise NotApplicable(f"{subject.name} predicts no runtimes")
    published = _read_file(_path(_WITH_SECONDS))
    if published.runtime is None:
        raise NotApplicable(f"{FILES[_WITH_SECONDS]} has no runtimes")
    theirs, ours = published.runtime, subject.predictor.seconds(published.genotypes)
    return over_rows(lambda r: r2(theirs[r], ours[r]), len(ours))


def _predictions(subject: Subject, version: str) -> tuple[Array, Array]:
    """Published accuracies and the subject's own, fractions."""
    path = _path(version)
    return _read_file(path).val_accuracy, _mean(subject, path)


@cache
def _mean(subject: Subject, path: Path) -> Array:
    mean, _ = subject.predictor.predict(_read_file(path).genotypes)
    return np.asarray(mean, dtype=np.float64)


def _path(version: str) -> Path:
    """The file of published predictions.

    Raises:
        NotApplicable: It is not on this machine; says where it was looked for.
    """
    path = published_predictions() / FILES[version]
    if not path.is_file():
        raise NotApplicable(
            f"published predictions of XGBoost {version} are missing: no file {path}; NB301_PUBLISHED names "
            "the folder that has them"
        )
    return path


@cache
def _read_file(path: Path) -> Published:
    rows = pd.read_parquet(path)
    genotypes = list(map(Genotype.parse, rows["genotype"]))
    seconds = rows["runtime"].to_numpy(dtype=np.float64) if "runtime" in rows else None
    return Published(genotypes, rows["val_accuracy"].to_numpy(dtype=np.float64), seconds)
