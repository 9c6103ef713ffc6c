"""Places: where data lies that comes with the package, and what a user has made."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

#: Embedded releases, a folder each.
RELEASES = _PACKAGE / "releases" / "data"
#: Embedded evaluation tables.
TABLES = _PACKAGE / "tables" / "data"
#: Which entries of NAS-Bench-Suite-Zero's public file releases were fitted to, see `tables.suite_zero_parts`.
FITTED_PLACES = TABLES / "zc_nasbench301-fitted.json"
#: Logged one-shot searches.
SEARCHES = _PACKAGE / "optimizers" / "one_shot" / "data" / "searches.json"
#: Fitted weights of the emulated ground truth.
EMULATION = _PACKAGE / "truth" / "emulation" / "weights.toml"
#: The source of the emulated ground truth, which the site explains.
EMULATED_TRUTH = _PACKAGE / "truth" / "emulated.py"


def user_releases() -> Path:
    """Where this user's releases are: `releases` in `NB301_HOME`, by default the platform's data folder.

    Returns:
        The folder; it need not exist.
    """
    return _user_home() / "releases"


def user_tables() -> Path:
    """Where this user's tables are: `tables` beside `user_releases`.

    Returns:
        The folder; it need not exist.
    """
    return _user_home() / "tables"


def _user_home() -> Path:
    home = os.environ.get("NB301_HOME")
    if home:
        return Path(home).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("nb301", appauthor=False)
