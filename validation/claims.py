"""Claims: sentences with a number in them, declared once as data in `claims/<ground truth>.toml`."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, create_model
from pydantic.dataclasses import dataclass

from nb301.errors import Nb301Error, one_line
from nb301.parsing import parse_toml, read_bytes
from nb301.records import first_wrong
from nb301.releases.report import ClaimKind, Direction, claim_id
from nb301.surrogates import FAMILIES
from nb301.truth.base import OFFICIAL, OFFICIAL_LAST_EPOCH, described
from nb301.truth.emulated import EmulatedTruth
from validation.measures import MEASURES
from validation.measures.base import one_of
from validation.places import CLAIMS
from validation.subject import TrainedOn

#: Files of claims by ground truth: another version of one has claims of its own, or none.
_FILES = {
    described(EmulatedTruth()): "emulated.toml",
    OFFICIAL: "cifar10.toml",
    OFFICIAL_LAST_EPOCH: "cifar10lastepoch.toml",
    "fashion-mnist-tiny 1.0": "fashionmnisttiny.toml",
}
#: Bytes of a file of claims, 500 each.
_MOST_BYTES = 2**20


class ClaimError(Nb301Error, ValueError):
    """A claim that cannot be read, or a release that no claim is about; names file, claim and key."""


_ID = r"[A-Za-z0-9_.+-]{1,100}"
_Text = Annotated[str, Field(min_length=1)]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Family = Annotated[str, one_of(FAMILIES)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Claim:
    """One claim.

    Args:
        id: Its name in the file.
        statement: The sentence, without its number.
        measure: A name in `measures.MEASURES`.
        symbol: What the measure gives, for people.
        unit: Of the number; empty where it has none.
        threshold: The number, in that unit as `report` shows it; where families differ one for each that
            has its own, which imported models of its kind are held to as well; all others, and foreign
            surrogates, are held to the hardest of those for which it is a gate.
        scale: What the measure's value is multiplied by to have the unit.
        direction: On which side of the threshold, itself included, the value has to be.
        source: Where the number stands in the paper, or the theory that it follows from.
        reason: Why that number, and why for these subjects.
        trained_on: The subjects that it is about, by the rows that their models saw.
        kind: A `gate` has to hold before a release is published; a `comparison` sets our ground truth
            beside the paper's, where its digits need not carry over, and is reported whatever comes out.
        families: Of the surrogates that it is about, where it is not about all; imported models are of the
            family that the paper has them as, too.
        foreign_only: Whether it is about surrogates of somebody else alone: what holds for every release,
            since tests of the library see to it.
        comparison_for: Families that are only compared, by a claim that is a gate for all others.
        parameters: Of the measure; its annotations say which values they may have.
        slow: Whether it fits models or runs optimizers.
        group: Its table in the file; by default the id.
    """

    id: Annotated[str, StringConstraints(pattern=f"^{_ID}$")]
    statement: _Text
    measure: Annotated[str, one_of(MEASURES)]
    symbol: _Text
    threshold: _Number | Annotated[dict[_Family, _Number], Field(min_length=1)]
    direction: Direction
    source: _Text
    reason: _Text
    trained_on: Annotated[tuple[TrainedOn, ...], Field(min_length=1)]
    kind: ClaimKind = ClaimKind.gate
    families: tuple[_Family, ...] = ()
    foreign_only: Annotated[bool, Field(strict=True)] = False
    comparison_for: tuple[_Family, ...] = ()
    parameters: dict[str, str | int | float | bool] = field(default_factory=dict)
    unit: str = ""
    scale: Annotated[_Number, Field(gt=0)] = 1.0
    slow: Annotated[bool, Field(strict=True)] = False
    group: str = ""

    def __post_init__(self) -> None:
        _check_parameters(self.measure, self.parameters)

    def is_about(self, family: str | None, trained_on: TrainedOn) -> bool:
        """Whether it is about surrogates of a family; of a foreign surrogate, whose family is None, too."""
        if self.foreign_only and family is not None:
            return False
        is_of_families = not self.families or not {*_kinds_of(family)}.isdisjoint(self.families)
        return trained_on in self.trained_on and is_of_families

    def kind_for(self, family: str | None) -> ClaimKind:
        """What it is for a family."""
        return ClaimKind.comparison if family in self.comparison_for else self.kind

    def bound_for(self, family: str | None) -> float:
        """The number for a family; for one without a number of its own the hardest that is a gate."""
        if not isinstance(self.threshold, dict):
            return self.threshold
        for kind in _kinds_of(family):
            if kind in self.threshold:
                return self.threshold[kind]
        hardest = max if self.direction is Direction.at_least else min
        gates = [number for name, number in self.threshold.items() if name not in self.comparison_for]
        return hardest(gates or self.threshold.values())

    def is_met_by(self, value: float, family: str | None) -> bool:
        """Whether a value satisfies the threshold; one that equals it does, NaN does not."""
        bound = self.bound_for(family)
        return value >= bound if self.direction is Direction.at_least else value <= bound

    def bound(self, family: str | None) -> str:
        """Such as `sKT >= 0.817`."""
        sign = self.direction.ascii_sign
        return f"{self.symbol} {sign} {self.bound_for(family):g}{f' {self.unit}' if self.unit else ''}"

    def to_dict(self, family: str | None) -> dict[str, Any]:
        """The declaration as a report states it."""
        declared = asdict(self) | {"threshold": self.bound_for(family), "kind": self.kind_for(family)}
        for key in (
            "families",
            "foreign_only",
            "comparison_for",
            "trained_on",
            "scale",
            "parameters",
            "measure",
            "group",
        ):
            del declared[key]
        return declared


def _kinds_of(family: str | None) -> list[str]:
    """Families that a family passes for: itself, and of imported models the one that the paper names."""
    if family is None:
        return []
    paper_name = None if FAMILIES[family].is_fitted else FAMILIES[family].paper_name
    return [family] if paper_name is None else [family, paper_name]


def load_claims(path: Path) -> tuple[Claim, ...]:
    """Read a file of claims: one TOML table a claim, its name the claim's id.

    A table with `each = {parameter = [values]}` stands for as many claims, `{parameter}` in its texts
    for the value, and `thresholds`, where it has them, for the numbers of each.

    Raises:
        ClaimError: There is no such file, it is no TOML, or an entry is missing, unknown or of another
            type; names the claim and the key.
    """
    try:
        entries = parse_toml(read_bytes(path, _MOST_BYTES))
    except (OSError, ValueError) as error:
        raise ClaimError(f"{path}: cannot read the claims ({one_line(str(error))})") from None
    claims: list[Claim] = []
    for name, entry in entries.items():
        claims += _claims(name, entry, path)
    for name, n in Counter(claim.id for claim in claims).items():
        if n > 1:
            raise ClaimError(f"{path}: claim {name} is declared {n} times, expected once")
    return tuple(claims)


def claims_of(truth: str) -> tuple[Claim, ...]:
    """All claims about subjects that rest on a ground truth, such as `emulated 2.0` or `CIFAR-10 training`.

    Raises:
        ClaimError: There are none, or they cannot be read.
    """
    if truth not in _FILES:
        known = ", ".join(sorted(path.stem for path in CLAIMS.glob("*.toml")))
        raise ClaimError(f"no claims are declared about ground truth {truth!r:.100}; there are: {known}")
    return load_claims(CLAIMS / _FILES[truth])


def claims_about(truth: str, family: str | None, trained_on: TrainedOn) -> tuple[Claim, ...]:
    """The claims about a kind of subject.

    Args:
        truth: Its ground truth, as tables and releases note it, such as `emulated 2.0`.
        family: Of its surrogate, such as `xgb`; None for a foreign one.
        trained_on: What its models saw.

    Raises:
        ClaimError: There is none: a run without claims would look like one where all hold.
    """
    claims = tuple(claim for claim in claims_of(truth) if claim.is_about(family, trained_on))
    if not claims:
        raise ClaimError(
            f"{truth}: no claim is about {trained_on} releases of family {family!r}: declare one"
        )
    return claims


def _check_parameters(measure: str, parameters: Mapping[str, Any]) -> None:
    """Check that a measure can be called, by the names and annotations of what it takes beside a subject.

    Raises:
        ValueError: A parameter is missing, unknown or not what the measure takes; names it.
    """
    function = MEASURES[measure].function
    taken = dict(inspect.signature(function).parameters)
    del taken["subject"]
    for name in parameters:
        if name not in taken:
            raise ValueError(f"{measure} takes {', '.join(taken) or 'no parameter'}, not {name!r:.80}")
    kinds = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in taken.items():
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (kinds[name], default)
    try:
        create_model(measure, __config__=ConfigDict(strict=True), **fields)(**parameters)
    except ValidationError as error:
        raise ValueError(f"parameters.{_wrong(error)}") from None


def _wrong(error: ValidationError) -> str:
    return first_wrong(error).replace("Value error, ", "", 1)


def _claims(name: str, entry: Any, path: Path) -> list[Claim]:
    if not re.fullmatch(_ID, name):
        raise ClaimError(f"{path}: {name!r:.100} is no id of a claim: expected letters, digits and _ . + -")
    if not isinstance(entry, dict) or {"id", "group"} & {*entry}:
        raise ClaimError(
            f"{path}: {name} is not a claim: expected a table [{name}] without a key `id` or `group`"
        )
    if "each" not in entry:
        return [_claim(name, entry, path)]
    return _claims_of_group(name, entry, path)


def _claims_of_group(name: str, entry: dict[str, Any], path: Path) -> list[Claim]:
    """A claim for each value that a table declares."""
    varied, thresholds = entry.pop("each"), entry.pop("thresholds", None)
    values = next(iter(varied.values())) if isinstance(varied, dict) and len(varied) == 1 else None
    if not isinstance(values, list) or not values:
        raise ClaimError(f"{path}: claim {name}: each: expected one parameter with a list of values")
    [parameter] = varied
    fixed = entry.get("parameters", {})
    if not isinstance(fixed, dict) or parameter in fixed:
        raise ClaimError(f"{path}: claim {name}: parameters: expected a table without {parameter}, of `each`")
    if thresholds is not None and "threshold" in entry:
        raise ClaimError(f"{path}: claim {name}: thresholds: expected them or a threshold, not both")
    claims = []
    for number, value in enumerate(values):
        variant = _filled(entry, parameter, value)
        variant["group"] = name
        variant["parameters"] = {**fixed, parameter: value}
        if thresholds is not None:
            variant["threshold"] = _numbered(thresholds, number, len(values), name, path)
        claims.append(_claim(claim_id(name, value), variant, path))
    return claims


def _filled(entry: Mapping[str, Any], parameter: str, value: Any) -> dict[str, Any]:
    """An entry with a value in its texts."""
    filled = dict(entry)
    for key, text in entry.items():
        if isinstance(text, str):
            filled[key] = text.replace(f"{{{parameter}}}", str(value))
    return filled


def _numbered(thresholds: Any, number: int, n: int, name: str, path: Path) -> Any:
    by_family = thresholds if isinstance(thresholds, Mapping) else {"": thresholds}
    if any(not isinstance(column, list) or len(column) != n for column in by_family.values()):
        raise ClaimError(f"{path}: claim {name}: thresholds: expected lists of {n} numbers")
    numbers = {family: column[number] for family, column in by_family.items()}
    return numbers if isinstance(thresholds, Mapping) else numbers[""]


def _claim(name: str, entry: Mapping[str, Any], path: Path) -> Claim:
    try:
        return Claim(id=name, **{"group": name, **entry})
    except ValidationError as error:
        raise ClaimError(f"{path}: claim {name:.100}: {_wrong(error)}") from None
    except (TypeError, ValueError) as error:
        raise ClaimError(f"{path}: claim {name:.100}: {error}") from None
