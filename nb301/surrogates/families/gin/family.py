"""GIN (Xu et al., 2019a) with a virtual node on the graph encoding (Appendix D.2, official_facts F6-F14).

Torch fits it (`torch_fit`), numpy evaluates it (`numpy_net`), and `file` is what they have in common. The
tests hold both equal to the same network in the words of torch-geometric (`tests/gin_geometric.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType

from nb301.extras import require
from nb301.surrogates.families.gin.file import Config, read_config
from nb301.surrogates.families.gin.numpy_net import GINSurrogate
from nb301.surrogates.members.base import Domain, Examples, Family, Hyperparameters, Range, Report

HYPERPARAMETERS: Hyperparameters = MappingProxyType(asdict(Config()))
#: Table 7, without undirected graphs and self-loops: both are off by default, and need a scatter.
SEARCH_SPACE: Mapping[str, Domain] = MappingProxyType(
    {
        "hidden_dim": Range(16, 256, log=True),
        "num_layers": Range(2, 10),
        "dropout_prob": Range(0.0, 0.99),  # to 1 there, which leaves nothing
        "learning_rate": Range(1e-3, 1e-1, log=True),  # to 1e-2 there; the official code's (F12)
        "pairwise_ranking_loss": (True, False),
        "loss_log_transform": (True, False),
    }
)


def fit(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    report: Report | None = None,
) -> bytes:
    """Fit one member; reports the mean error of ln(1 - accuracy) on `stop` after each epoch.

    Returns:
        Safetensors: the tensors of `shapes`, and the hyperparameters.

    Raises:
        ValueError: A hyperparameter is unknown or out of range.
        MissingExtra: Torch is not installed.
    """
    config = read_config(hyperparameters)
    require("torch", "torch")
    from nb301.surrogates.families.gin import torch_fit

    return torch_fit.fit(train, stop, seed, config, report)


FAMILY = Family(
    name="gin",
    label="GIN",
    stands_for="graph isomorphism network",
    conflicts=frozenset({"gin", "other-gnn"}),
    paper_name="gin",
    members_without_rows=1,
    fit=fit,
    load=GINSurrogate,
    suffix=".safetensors",
    hyperparameters=HYPERPARAMETERS,
    search_space=SEARCH_SPACE,
    libraries=("torch", "safetensors", "numpy"),
)
