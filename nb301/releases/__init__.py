"""Releases: frozen, hashed, versioned ensembles with their runtime model.

It may import `errors`, `evaluations`, `exact`, `files`, `metrics`, `optimizers`, `parsing`, `places`,
`records`, `space`, `surrogates`, `surrogates.members`, `tables` and `truth`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nb301.places import user_releases
from nb301.releases.load import Release, find, names, user_names

if TYPE_CHECKING:
    from nb301.releases.manifest import Manifest

__all__ = ["Manifest", "Release", "find", "names", "user_names", "user_releases"]


def __getattr__(name: str) -> Any:
    if name == "Manifest":
        from nb301.releases.manifest import Manifest  # and with it pydantic, which queries do without

        return Manifest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
