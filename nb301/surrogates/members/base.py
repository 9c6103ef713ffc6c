"""Protocols and records of surrogates: a file for each member, predictions of all members together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from mmap import mmap
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, shown

#: Values by the names that the family's library gives them.
Hyperparameters = Mapping[str, float | int | str | bool]
#: What a member's file becomes.
Member = TypeVar("Member")
#: Called while a member is fitted, with the rounds or epochs done and the error on `stop`, in the
#: family's own measure; may raise to end the fit.
Report = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Examples:
    """Training runs as models take them."""

    #: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
    codes: NDArray[np.uint8]
    #: Validation accuracies, fractions, unless said otherwise; shape (n,).
    target: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.target)


class FitMember(Protocol):
    """Fits one member and returns its file; equal arguments give equal bytes on one machine."""

    def __call__(
        self,
        train: Examples,
        stop: Examples,
        seed: int,
        hyperparameters: Hyperparameters,
        report: Report | None = None,
    ) -> bytes:
        """Fit on `train`; `stop` decides when to stop, where the family can stop early."""


#: What is said where models are to be fitted that others have fitted.
HOW_IMPORTED = "imported from official files with `nb301 release import FOLDER|ZIP`, not fitted"


def only_imported(
    train: Examples,  # noqa: ARG001
    stop: Examples,  # noqa: ARG001
    seed: int,  # noqa: ARG001
    hyperparameters: Hyperparameters,  # noqa: ARG001
    report: Report | None = None,  # noqa: ARG001
) -> bytes:
    """The `fit` of families whose members others have fitted.

    Raises:
        ReleaseError: Always.
    """
    raise ReleaseError(f"such models are {HOW_IMPORTED}")


class Surrogate(Protocol):
    """Fitted members that predict accuracies of canonical genotypes, on every processor alike (`exact`)."""

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member's validation accuracy.

        Args:
            codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

        Returns:
            Fractions, shape (members, n).
        """


class Range(NamedTuple):
    """A hyperparameter between two numbers; integers if both are."""

    low: float
    high: float
    #: Whether it is drawn evenly in its logarithm.
    log: bool = False


#: What a hyperparameter may be: a range, or one of some values.
Domain = Range | tuple[str, ...] | tuple[bool, ...]


def read_members(files: Sequence[bytes], read: Callable[[bytes], Member]) -> list[Member]:
    """Read the members' files, in their order.

    Raises:
        ReleaseError: There is no file, or one is not what `read` takes; names the member.
    """
    if not files:
        raise ReleaseError("an ensemble has at least one member, found no file")
    members = []
    for number, data in enumerate(files):
        try:
            members.append(read(data))
        except (ReleaseError, ValueError) as error:
            raise ReleaseError(f"member {number}: {error}") from None
    return members


#: Families of models that submissions declare, which all trees that are boosted have in common.
BOOSTED_TREES = frozenset({"xgboost", "lightgbm", "other-gbdt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of model: all that is told apart by family, here and in validation and leaderboard.

    A member is fitted, frozen as a file, and read from it: what is frozen is what is used.
    """

    #: What releases carry, and thresholds of claims are declared for, such as `xgb`.
    name: str
    #: For people, such as `XGBoost`.
    label: str
    #: The label's words, where it is an abbreviation.
    stands_for: str = ""
    #: Families of models, as submissions declare them, that an optimizer shares with it (Section 7).
    conflicts: frozenset[str]
    #: In the paper's Table 3; None where it has no such row.
    paper_name: str | None = None
    #: Members that validation fits without an optimizer's rows: fewer where a fit takes minutes.
    members_without_rows: int = 10
    #: `only_imported` where members are not fitted here.
    fit: FitMember
    #: Whether members are asked about canonical forms, so that isomorphic genotypes have one answer. Official
    #: code asks about genotypes as they are written, and what papers cite depends on how that is.
    asks_canonical: bool = True
    #: Reads the files of members, in their order; none is ever unpickled. Raises `ReleaseError` where one
    #: is no such file, or would answer with numbers that are not finite.
    load: Callable[[Sequence[bytes]], Surrogate]
    #: Reads them from mapped memory, which they stay in; None where files are read whole.
    load_mapped: Callable[[Sequence[mmap]], Surrogate] | None = None
    #: Ending of a member's file, such as `.ubj`.
    suffix: str
    hyperparameters: Hyperparameters
    #: Where `nb301 tune` looks (Table 7), by names of `hyperparameters`.
    search_space: Mapping[str, Domain]
    #: Libraries whose versions the manifest names.
    libraries: tuple[str, ...]

    @property
    def is_fitted(self) -> bool:
        """Whether members are fitted here, and not imported."""
        return self.fit is not only_imported

    @property
    def full_label(self) -> str:
        """Such as `GIN (graph isomorphism network)`."""
        return f"{self.label} ({self.stands_for})" if self.stands_for else self.label

    def with_hyperparameters(self, others: Hyperparameters) -> Family:
        """The family with others in the place of its own hyperparameters of those names.

        Args:
            others: Values by their names.

        Raises:
            ValueError: It has none of a name, or a value is of another type or not finite; names both.
        """
        own = self.hyperparameters
        for name, value in others.items():
            if name not in own:
                raise ValueError(
                    f"{self.name} has no hyperparameter {name!r}; there are: {', '.join(sorted(own))}"
                )
            kind = type(own[name])
            whole = kind is float and type(value) is int
            if not (type(value) is kind or whole) or (isinstance(value, float) and not math.isfinite(value)):
                raise ValueError(f"{self.name}: {name} is {shown(value)}, expected {kind.__name__}, finite")
        return replace(self, hyperparameters={**own, **others})

    def files(self, members: int) -> list[str]:
        """Names of the members' files in a release, in their order.

        Args:
            members: How many.

        Returns:
            A name for each.
        """
        return [f"member-{k}{self.suffix}" for k in range(members)]


def fitted_names(families: Mapping[str, Family]) -> list[str]:
    """Names of the families whose members are fitted here, in alphabetic order."""
    return sorted(name for name, family in families.items() if family.is_fitted)
