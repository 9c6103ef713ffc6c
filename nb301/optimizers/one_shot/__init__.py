"""Weight-sharing searches of the paper, their logged genotypes, and a monitor (Sections 5.2, C.3, E.1).

Importing this needs no torch; running a search does: pip install 'nb301[torch]'.

It may import `errors`, `extras`, `files`, `images`, `parsing`, `places`, `sources`, `space` and `threads`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nb301.extras import require
from nb301.optimizers.one_shot.discretisation import SPACES, ArchitectureWeightsError, discretise
from nb301.optimizers.one_shot.monitor import MonitorReport, OneShotMonitor
from nb301.optimizers.one_shot.searches import LoggedSearch, logged_genotypes, logged_searches
from nb301.optimizers.one_shot.settings import SearchSettings

if TYPE_CHECKING:
    from nb301.optimizers.one_shot.collect import collect_one_shot
    from nb301.optimizers.one_shot.search import METHODS, SearchLog, run_search

__all__ = [
    "METHODS",
    "SPACES",
    "ArchitectureWeightsError",
    "LoggedSearch",
    "MonitorReport",
    "OneShotMonitor",
    "SearchLog",
    "SearchSettings",
    "collect_one_shot",
    "discretise",
    "logged_genotypes",
    "logged_searches",
    "run_search",
]

#: What needs torch, imported at first use.
_LAZY = {
    "METHODS": "search",
    "SearchLog": "search",
    "run_search": "search",
    "collect_one_shot": "collect",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require("torch", "torch")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
