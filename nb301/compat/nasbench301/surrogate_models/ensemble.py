"""The official `Ensemble`, by name: ensembles are loaded with `nasbench301.load_ensemble`."""

from __future__ import annotations

from typing import Any

from nb301.errors import CompatError


class Ensemble:
    """Can be imported, not built.

    Raises:
        CompatError: Always; says what does the same.
    """

    def __init__(self, *_arguments: Any, **_keywords: Any) -> None:
        raise CompatError(
            "nasbench301.surrogate_models.ensemble.Ensemble cannot be built here: load an ensemble with "
            "nasbench301.load_ensemble, fit one with `nb301 release freeze`"
        )
