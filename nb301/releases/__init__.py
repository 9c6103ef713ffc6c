"""Releases: frozen, hashed, versioned ensembles with their runtime model.

It may import `errors`, `evaluations`, `exact`, `files`, `metrics`, `optimizers`, `parsing`, `places`,
`records`, `space`, `surrogates`, `surrogates.members`, `tables` and `truth`.
"""

from nb301.places import user_releases
from nb301.releases.load import Release, find, names, user_names
from nb301.releases.manifest import Manifest

__all__ = ["Manifest", "Release", "find", "names", "user_names", "user_releases"]
