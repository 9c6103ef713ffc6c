"""The official runtime model: an ensemble of LightGBM members of any depth, in raw seconds (F18)."""

from __future__ import annotations

from collections.abc import Sequence
from mmap import mmap

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.errors import ReleaseError
from nb301.surrogates.families.official_trees import SUFFIX, OfficialTrees


class OfficialRuntimeModel:
    """Predicts the seconds of one training: the members' mean.

    Args:
        files: Contents of the members' files, see `OfficialTrees`.

    Raises:
        ReleaseError: A file is no member.
    """

    def __init__(self, files: Sequence[bytes | mmap]) -> None:
        try:
            self._trees = OfficialTrees(files)
        except ReleaseError as error:
            raise ReleaseError(f"runtime model: {error}") from None

    def members(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Each member's seconds, shape (members, n), of genotypes as they are, canonical or not."""
        return self._trees.in_own_unit(codes)

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict seconds, shape (n,), of genotypes as `space.to_codes` packs them, canonical or not."""
        return exact.mean(self.members(codes), axis=0)


def runtime_files(members: int) -> list[str]:
    """Names of the members' files in a release, in their order."""
    return [f"runtime-{number}{SUFFIX}" for number in range(members)]
