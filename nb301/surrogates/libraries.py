"""Versions of the installed libraries, for what is written beside results."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version


def installed(libraries: Iterable[str]) -> dict[str, str]:
    """Versions by the libraries' names."""
    return {library: _version(library) for library in libraries}


def _version(library: str) -> str:
    # the CPU build of xgboost is a distribution of its own
    try:
        return version(library)
    except PackageNotFoundError:
        return version(f"{library}-cpu")
