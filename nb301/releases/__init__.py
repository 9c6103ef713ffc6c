"""Releases: frozen, hashed, versioned ensembles with their runtime model."""

from nb301.releases.load import Release, find, names, user_folder, user_names
from nb301.releases.manifest import Manifest

__all__ = ["Manifest", "Release", "find", "names", "user_folder", "user_names"]
