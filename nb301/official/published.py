"""What others published of the official models' answers, and whether a release gives the same (F41)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from nb301 import formats
from nb301.errors import ReleaseError
from nb301.releases.load import Release
from nb301.releases.manifest import Imported
from nb301.space import Genotype, to_codes
from nb301.surrogates.ensemble import mean_and_std
from nb301.surrogates.official_runtime import OfficialRuntimeModel


class Verdict(Enum):
    """Whether a release answers as published."""

    same = "as published"
    different = "different"
    undecided = "undecided"


@dataclass(frozen=True, slots=True)
class Compared:
    """A published number beside a release's."""

    what: str
    expected: float
    found: float
    #: How far they may be apart.
    tolerance: float
    unit: str
    reason: str
    #: Whether something that was not published is assumed, so that another number says nothing.
    is_assumed: bool = False

    @property
    def verdict(self) -> Verdict:
        """Whether they are near enough."""
        if abs(self.found - self.expected) <= self.tolerance:
            return Verdict.same
        return Verdict.undecided if self.is_assumed else Verdict.different


#: Percent: two float32 numbers of that size are at least 7.6e-6 apart.
_ROUNDING = 2.5e-5
_ROUNDED = "float32 has steps of 7.6e-6 there, and XGBoost from 1.3 on answers up to 1.5e-5 differently (F35)"
#: Stds that a normal draw is off in one of 16,000 cases.
_STDS = 4.0
#: Factor of a std of 14 numbers, which is known to a fifth, and of one architecture among others.
_STD_FACTOR = 3.0
#: The genotype of the official `example.py`: DARTS, second order.
_EXAMPLE = "DARTS_V2"


def compare(release: Release) -> list[Compared]:
    """Compare an imported release with what was published of it.

    It is asked of genotypes as they were written, as official code does, not of their canonical forms.

    Raises:
        ReleaseError: Nothing was published of it, or it was not imported.
    """
    imported = release.manifest.imported
    comparisons = [] if imported is None else [*_compared(release, imported)]
    if not comparisons:
        raise ReleaseError(
            f"no published answers of {release.name} are known: there are some of xgb_v0.9, xgb_v1.0 and "
            "lgb_runtime_v1.0 (official_facts F41)"
        )
    return comparisons


def _compared(release: Release, imported: Imported) -> Iterator[Compared]:
    example = formats.read(_EXAMPLE)
    mean, std = _percent(release, example)
    if imported.accuracy.folder == "xgb_v0.9":
        yield Compared("DARTS cell, no noise", 94.166695, mean, _ROUNDING, "%", _ROUNDED)
        skips = "/".join(["skip_connect@0+skip_connect@1"] * 4)
        of_skips = _percent(release, Genotype.parse(f"normal:{skips},reduce:{skips}"))[0]
        assumed = "the nodes' inputs were not published, 0 and 1 are assumed"
        yield Compared("skips alone, no noise", 88.165985, of_skips, _ROUNDING, "%", assumed, is_assumed=True)
    if imported.accuracy.folder == "xgb_v1.0":
        reason = f"one draw of noise: {_STDS:g} of the members' stds"
        yield Compared("DARTS cell, one draw", 94.167947, mean, _STDS * std, "%", reason)
        reason = f"of 7 other genotypes, published twice: factor {_STD_FACTOR:g}, and more says nothing"
        published = 0.06
        apart = published * (_STD_FACTOR - 1 if std > published else 1 - 1 / _STD_FACTOR)
        yield Compared("std of its members", published, std, apart, "points", reason, is_assumed=True)
    model = release.runtime_model
    if imported.runtime is not None and imported.runtime.folder == "lgb_runtime_v1.0":
        if not isinstance(model, OfficialRuntimeModel):
            raise ReleaseError(f"{release.folder}: its runtime model is not the imported one")
        seconds, between = _of_one(model.members(to_codes([example])))
        reason = f"one draw of noise: {_STDS:g} of the members' stds"
        yield Compared("DARTS cell, runtime, one draw", 4781.15, seconds, _STDS * between, "s", reason)


def _percent(release: Release, genotype: Genotype) -> tuple[float, float]:
    """Mean and std of the members."""
    return _of_one(100 * release.surrogate.predict(to_codes([genotype])))


def _of_one(members: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    mean, std = mean_and_std(members)
    return float(mean[0]), float(std[0])
