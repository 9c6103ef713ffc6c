"""The one list of sources of rows: optimizers, one-shot methods, and architectures that are chosen.

A new optimizer is a module and an entry of `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any


class SourceKind(Enum):
    """What a source is, and with it what makes it."""

    #: A class of `optimizers`, whose constructor takes a generator and settings of its own.
    BLACK_BOX = "black-box optimizer"
    #: A class of `optimizers.one_shot`, whose logged searches are what tables have.
    ONE_SHOT = "one-shot method"
    #: A function of `collection` that gives architectures which no optimizer proposes.
    PROBE = "chosen architectures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source of rows.

    Args:
        name: In tables, in claims and on the command line.
        kind: What it is.
        made_by: Module and name of the class or function that makes it.
        label: What people read, short; by default the name.
        title: What people read, in full; by default the label.
        is_fitted: Whether surrogates are fitted on its rows, or these are for analysis only.
        knows_all: Whether its architectures were chosen by a model of all other sources' rows.
        seconds: What a proposal takes, roughly; only models take more than nothing.
    """

    name: str
    kind: SourceKind
    made_by: str
    label: str = ""
    title: str = ""
    is_fitted: bool = True
    knows_all: bool = False
    seconds: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.name)
        object.__setattr__(self, "title", self.title or self.label)

    def load(self) -> Any:
        """Import what makes it."""
        module, _, name = self.made_by.partition(":")
        return getattr(import_module(module), name)


#: All sources; within a kind in the order in which messages list them.
SOURCES = (
    Source(
        name="rs",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.rs:RandomSearch",
        label="RS",
        title="Random search",
    ),
    Source(
        name="re",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.re:RegularizedEvolution",
        label="RE",
        title="Regularized evolution",
    ),
    Source(
        name="ls",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.ls:LocalSearch",
        label="LS",
        title="Local search",
    ),
    Source(
        name="de",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.de:DifferentialEvolution",
        label="DE",
        title="Differential evolution",
    ),
    Source(
        name="tpe",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.tpe:TreeParzen",
        label="TPE",
        seconds=0.03,
    ),
    Source(
        name="bananas",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.bananas:Bananas",
        label="BANANAS",
        seconds=0.2,
    ),
    Source(
        name="combo",
        kind=SourceKind.BLACK_BOX,
        made_by="nb301.optimizers.combo:Combo",
        label="COMBO",
        seconds=0.3,
    ),
    Source(
        name="darts",
        kind=SourceKind.ONE_SHOT,
        made_by="nb301.optimizers.one_shot.darts:Darts",
        label="DARTS",
    ),
    Source(
        name="pc_darts",
        kind=SourceKind.ONE_SHOT,
        made_by="nb301.optimizers.one_shot.pc_darts:PcDarts",
        label="PC-DARTS",
    ),
    Source(
        name="drnas",
        kind=SourceKind.ONE_SHOT,
        made_by="nb301.optimizers.one_shot.drnas:DrNas",
        label="DrNAS",
    ),
    Source(
        name="gdas",
        kind=SourceKind.ONE_SHOT,
        made_by="nb301.optimizers.one_shot.gdas:Gdas",
        label="GDAS",
    ),
    Source(
        name="random_ws",
        kind=SourceKind.ONE_SHOT,
        made_by="nb301.optimizers.one_shot.random_ws:RandomWs",
        label="Random WS",
    ),
    # poorly performing regions (Section 3.1)
    Source(
        name="low_par",
        kind=SourceKind.PROBE,
        made_by="nb301.collection.probes:low_par",
        label="few parameters",
    ),
    # Appendix D.6
    Source(
        name="skip",
        kind=SourceKind.PROBE,
        made_by="nb301.collection.probes:skip",
        is_fitted=False,
    ),
    # Appendix D.7
    Source(
        name="topology",
        kind=SourceKind.PROBE,
        made_by="nb301.collection.probes:topology",
        is_fitted=False,
    ),
    # the further seeds of Section 3.3
    Source(
        name="seeds",
        kind=SourceKind.PROBE,
        made_by="nb301.collection.probes:seeds",
        is_fitted=False,
    ),
    # not the paper's: what optimizers find on a surrogate, trained, to fit on as well
    Source(
        name="finds",
        kind=SourceKind.PROBE,
        made_by="nb301.collection.finds:finds",
        title="Searches' finds on a surrogate",
        knows_all=True,
    ),
)

#: Rows of the paper's table by source, in its order: Table 2, random_ws by official_facts F28 and F30,
#: low_par by Section 3.1.
ROWS_IN_PAPER: Mapping[str, int] = {
    "rs": 23746,
    "de": 7275,
    "re": 4639,
    "tpe": 6741,
    "bananas": 2243,
    "combo": 745,
    "darts": 2053,
    "pc_darts": 1588,
    "drnas": 947,
    "gdas": 234,
    "random_ws": 198,
    "low_par": 1000,
}
#: Sources of the paper's rows that surrogates are fitted on. Tables may have others.
FITTED = tuple(ROWS_IN_PAPER)
#: Sources of rows for analysis only.
FOR_ANALYSIS = tuple(source.name for source in SOURCES if not source.is_fitted)
#: Sources that know of all others' rows: a model that is to know nothing of one is not fitted on these.
KNOWING_ALL = tuple(source.name for source in SOURCES if source.knows_all)


def sources_of(kind: SourceKind) -> Mapping[str, Source]:
    """All sources of a kind by name, in the order of the list."""
    return {source.name: source for source in SOURCES if source.kind is kind}


def labels() -> Mapping[str, str]:
    """Labels of the sources that surrogates are fitted on, by name, the paper's first, in its order."""
    fitted = {source.name: source.label for source in SOURCES if source.is_fitted}
    return {name: fitted[name] for name in FITTED} | fitted
