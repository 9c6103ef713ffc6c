"""Claims: sentences with a number in them, declared once as data in `claims/<ground truth>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from dataclasses import dataclass as plain_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from nb301.errors import Nb301Error
from nb301.metrics import r2, sparse_kendall_tau

Array = NDArray[np.float64]
#: What is predicted: validation accuracy as a fraction, or the seconds of one training.
Quantity = Literal["val_accuracy", "runtime"]
TrainedOn = Literal["all-data", "random-only"]

_CLAIMS = Path(__file__).with_name("claims")


class ClaimError(Nb301Error, ValueError):
    """A claim that cannot be read, or a release that no claim is about; names file, claim and key."""


@plain_dataclass(frozen=True, slots=True)
class Statistic:
    """What a claim measures.

    Args:
        symbol: For people.
        quantity: What is compared.
        compute: A function of truth and prediction, shape (n,) each; NaN where it is undefined.
    """

    symbol: str
    quantity: Quantity
    compute: Callable[[Array, Array], float]


#: Named as in a manifest's metrics.
STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {
        "r2": Statistic("R2", "val_accuracy", r2),
        "sparse_kendall_tau": Statistic("sKT", "val_accuracy", sparse_kendall_tau),
        "runtime_r2": Statistic("runtime R2", "runtime", r2),
    }
)


def _known_statistic(name: str) -> str:
    if name not in STATISTICS:
        raise ValueError(f"{name!r} is not one of {', '.join(STATISTICS)}")
    return name


_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Claim:
    """One claim.

    Args:
        id: Its name in the file.
        statement: The sentence, without its number.
        statistic: A name in `STATISTICS`.
        threshold: The number, in the statistic's unit.
        direction: On which side of the threshold, itself included, the statistic has to be.
        source: Where the number stands in the paper.
        reason: Why that number, and why for these releases.
        families: Of the surrogates that it is about.
        trained_on: The releases that it is about, by the rows that their models saw.
    """

    id: _Text
    statement: _Text
    statistic: Annotated[str, AfterValidator(_known_statistic)]
    threshold: Annotated[float, Field(strict=True, allow_inf_nan=False)]
    direction: Literal["at_least", "at_most"]
    source: _Text
    reason: _Text
    families: Annotated[tuple[_Text, ...], Field(min_length=1)]
    trained_on: Annotated[tuple[TrainedOn, ...], Field(min_length=1)]

    def is_met_by(self, value: float) -> bool:
        """Whether a value satisfies the threshold; one that equals it does, NaN does not."""
        return value >= self.threshold if self.direction == "at_least" else value <= self.threshold

    @property
    def bound(self) -> str:
        """Such as `sKT >= 0.817`."""
        sign = ">=" if self.direction == "at_least" else "<="
        return f"{STATISTICS[self.statistic].symbol} {sign} {self.threshold}"

    def to_dict(self) -> dict[str, Any]:
        """The declaration as a report states it."""
        return {key: value for key, value in asdict(self).items() if key not in {"families", "trained_on"}}


def load_claims(path: Path) -> tuple[Claim, ...]:
    """Read a file of claims: one TOML table a claim, its name the claim's id.

    Raises:
        ClaimError: There is no such file, it is no TOML, or an entry is missing, unknown or of another
            type; names the claim and the key.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ClaimError(f"{path}: cannot read the claims ({error})") from None
    return tuple(_claim(name, entry, path) for name, entry in entries.items())


def claims_about(truth: str, family: str, trained_on: TrainedOn) -> tuple[Claim, ...]:
    """The claims about a kind of release.

    Args:
        truth: Its ground truth, with or without version, such as `emulated 1.0`.
        family: Of its surrogate, such as `xgb`.
        trained_on: What its models saw.

    Raises:
        ClaimError: There is none: a run without claims would look like one where all hold.
    """
    path = _CLAIMS / f"{truth.split(maxsplit=1)[0]}.toml"
    claims = load_claims(path)
    found = tuple(claim for claim in claims if family in claim.families and trained_on in claim.trained_on)
    if not found:
        raise ClaimError(f"{path}: no claim is about {trained_on} releases of family {family!r}: declare one")
    return found


def _claim(name: str, entry: Any, path: Path) -> Claim:
    if not isinstance(entry, dict) or "id" in entry:
        raise ClaimError(f"{path}: {name} is not a claim: expected a table [{name}] without a key `id`")
    try:
        return Claim(id=name, **entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ClaimError(f"{path}: claim {name}: {place}: {first['msg']}") from None
