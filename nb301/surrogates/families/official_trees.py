"""The official XGBoost and LightGBM models: imported, not fitted, and asked with the official vector.

Answers before they become fractions are those of the library that fitted the members, bit for bit: float32
of XGBoost, float64 of LightGBM, in percent or, of runtime models, in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from mmap import mmap
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError
from nb301.surrogates.members.base import BOOSTED_TREES, Family, only_imported
from nb301.surrogates.members.deep_trees import DeepTrees
from nb301.surrogates.members.official_vector import OFFICIAL_NAMES, official_vectors

#: Ending of the files that `deep_pack` writes.
SUFFIX = ".safetensors"


class OfficialTrees:
    """The members' trees, in files that stay where they are.

    Args:
        files: Contents of the members' files, as `deep_pack.pack` wrote them.

    Raises:
        ReleaseError: A file is no such member; says which.
    """

    def __init__(self, files: Sequence[bytes | mmap]) -> None:
        if not files:
            raise ReleaseError("an ensemble has at least one member, found no file")
        members = []
        for number, file in enumerate(files):
            try:
                members.append(DeepTrees([file], len(OFFICIAL_NAMES)))
            except ReleaseError as error:
                raise ReleaseError(f"member {number}: {error}") from None
        self._members = members

    def in_own_unit(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Ask every member in the unit that it was fitted to.

        Args:
            codes: Genotypes as `space.to_codes` packs them, canonical or not: official code asks of
                genotypes as they are, and isomorphic ones have different answers.

        Returns:
            Percent or seconds, shape (members, n); XGBoost's are float32's numbers.
        """
        rows = official_vectors(codes)
        return np.concatenate([member.predict(rows) for member in self._members])

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, fractions, shape (members, n); see `base.Surrogate`."""
        return self.in_own_unit(codes) / 100


def _family(library: str, paper_name: str) -> Family:
    """The family of official models of a library, by its name for people and that of the paper's models."""
    return Family(
        name=f"official-{paper_name}",
        label=f"official {library}",
        conflicts=BOOSTED_TREES,
        paper_name=paper_name,
        fit=only_imported,
        asks_canonical=False,
        load=OfficialTrees,
        load_mapped=OfficialTrees,
        suffix=SUFFIX,
        hyperparameters=MappingProxyType({}),
        search_space=MappingProxyType({}),
        libraries=("numpy",),
    )


XGB_FAMILY = _family("XGBoost", "xgb")
LGB_FAMILY = _family("LightGBM", "lgb")
