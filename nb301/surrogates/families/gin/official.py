"""The official GIN: members that the official code has fitted, from its state dicts.

Its network is ours, with ops on other edges (F9, `file.Edges.official`); only names differ
(official_facts F6-F14, F38).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, shown
from nb301.surrogates.families.gin.file import Array, Config, Edges, limits, read_config, shapes, write_member
from nb301.surrogates.families.gin.numpy_net import GINSurrogate
from nb301.surrogates.members.base import Family, Hyperparameters, only_imported

#: What the official code fits with whatever its configuration says (F13, F14).
_ALWAYS: Mapping[str, Any] = {
    "least_steps": 0,
    "warm_up": 0.0,
    "patience": 30,
    "ranking_margin": 0.1,
    "shuffle": False,
    "restore_best": False,
}
#: The official default (F12).
HYPERPARAMETERS: Hyperparameters = MappingProxyType(
    asdict(
        Config(
            hidden_dim=24,
            num_layers=8,
            dropout_prob=0.0349564190323054,
            learning_rate=0.0777067389388621,
            batch_size=51,
            epochs=128,
            **_ALWAYS,
        )
    )
)
#: Keys of `model_config.json` by our hyperparameters.
_SETTINGS = {
    "hidden_dim": "gnn_hidden_dimensions",
    "num_layers": "num_gnn_layers",
    "dropout_prob": "dropout_prob",
    "learning_rate": "learning_rate",
    "batch_size": "batch_size",
    "epochs": "epochs",
    "loss_log_transform": "loss:loss_log_transform",
    "pairwise_ranking_loss": "loss:pairwise_ranking_loss",
}
#: What `model_config.json` must say, or the network is another one (F8, F11).
_NETWORK: Mapping[str, object] = {
    "model": "gnn_gin",
    "virtual_node": True,
    "graph_pooling": "mean",
    "graph_preprocessing:undirected_graph": False,
    "graph_preprocessing:self_loops": False,
    "graph_preprocessing:add_node_degree_one_hot": True,
}
#: Above what the official search knows (F12).
_MOST_LAYERS, _MOST_WIDTH = 100, 1024
_LARGEST_SETTING = 1e9

_NODES = "gnn_node."
#: Entries of the state dict by our names of tensors: those of the whole network, which twice have an axis
#: more, and those of each layer.
_OF_NETWORK = {
    "type": "node_encoder.type_encoder.weight",
    "degree": "node_encoder.attribute_encoder.weight",
    "virtual_start": f"{_NODES}virtualnode_embedding.weight",
    "head.weight": "graph_pred_linear.weight",
    "head.bias": "graph_pred_linear.bias",
}
_OF_LAYER = {
    "layer.ops": f"{_NODES}convs.{{}}.edge_encoder.weight",
    "layer.eps": f"{_NODES}convs.{{}}.eps",
    "layer.first": f"{_NODES}convs.{{}}.mlp.0",
    "layer.first_norm": f"{_NODES}convs.{{}}.mlp.1",
    "layer.second": f"{_NODES}convs.{{}}.mlp.3",
    "layer.second_norm": f"{_NODES}batch_norms.{{}}",
    "virtual.first": f"{_NODES}mlp_virtualnode_list.{{}}.0",
    "virtual.first_norm": f"{_NODES}mlp_virtualnode_list.{{}}.1",
    "virtual.second": f"{_NODES}mlp_virtualnode_list.{{}}.3",
    "virtual.second_norm": f"{_NODES}mlp_virtualnode_list.{{}}.4",
}
_KINDS = {"weight": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var"}
#: Entries that it has twice, by the beginning of the copies' names; and counters, which answers do not need.
_COPIES, _COUNTER = f"{_NODES}node_encoder.", ".num_batches_tracked"
#: Tensors of which the official ones have a first axis of length one, or are vectors of length one.
_LONGER = {"virtual_start", "head.weight", "layer.eps"}


def read_settings(settings: Mapping[str, object]) -> Config:
    """What the official code was to fit.

    Args:
        settings: A `model_config.json`; its learning_rate_min and loss_function are left out.

    Raises:
        ReleaseError: A setting is missing, of another type or out of range, or of a network that is not known
            here.
    """
    for key, expected in _NETWORK.items():
        value = settings.get(key)
        if type(value) is not type(expected) or value != expected:
            raise ReleaseError(
                f"model_config.json has {key} {shown(value)}, expected {expected!r}: only the official GIN's "
                "default network can be evaluated"
            )
    values = dict(_ALWAYS)
    for name, key in _SETTINGS.items():
        values[name] = _setting(settings, name, key)
    config = read_config(values)
    if config.hidden_dim > _MOST_WIDTH or config.num_layers > _MOST_LAYERS:
        raise ReleaseError(
            f"model_config.json has {config.num_layers} layers of {config.hidden_dim}, expected at most "
            f"{_MOST_LAYERS} of {_MOST_WIDTH}"
        )
    return config


def _setting(settings: Mapping[str, object], name: str, key: str) -> object:
    """The value of a key, which is one that our hyperparameter of that name can have."""
    value = settings.get(key)
    if isinstance(value, int | float) and not abs(value) <= _LARGEST_SETTING:
        raise ReleaseError(f"model_config.json has {key} {shown(value)}, expected a number of everyday size")
    try:
        read_config({name: value})
    except ValueError as error:
        raise ReleaseError(f"model_config.json has {key} {shown(value)}: {error}") from None
    return value


def member_of_state(state: Mapping[str, NDArray[Any]], settings: Mapping[str, object]) -> bytes:
    """A member's file with the weights of a state dict.

    Args:
        state: Its arrays by the names of its entries, as `nb301.official.states` reads them.
        settings: The `model_config.json` beside it.

    Raises:
        ReleaseError: It is of another network than its settings say, or of none that is known; names the
            entry.
    """
    config = read_settings(settings)
    tensors: dict[str, Array] = {}
    known: set[str] = set()
    for name, shape in shapes(config).items():
        values = [np.empty(0, np.float32)]
        for entry, entry_shape in _entries(name, shape):
            values.append(_checked(state, entry, entry_shape, limits(name)))
            known.add(entry)
        tensors[name] = np.concatenate(values, axis=None).reshape(shape)
    for entry in state:
        if entry not in known and not _is_spare(entry, state, known):
            raise ReleaseError(f"official GIN: its state dict has {shown(entry)}, which the network has not")
    return write_member(config, tensors, Edges.official)


def _entries(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes of the entries that one of our tensors holds, of a shape."""
    longer = (1,) if name in _LONGER else ()
    if name in _OF_NETWORK:
        yield _OF_NETWORK[name], longer + shape
        return
    part, _, kind = name.rpartition(".")
    form = _OF_LAYER[name] if name in _OF_LAYER else f"{_OF_LAYER[part]}.{_KINDS[kind]}"
    for layer in range(shape[0]):
        yield form.format(layer), longer + shape[1:]


def _checked(
    state: Mapping[str, NDArray[Any]], entry: str, shape: tuple[int, ...], bounds: tuple[float, float]
) -> Array:
    """An entry's values."""
    values = state.get(entry)
    actual = None if values is None else (values.dtype.name, values.shape)
    expected = ("float32", shape)
    if values is None or actual != expected:
        raise ReleaseError(f"official GIN: {entry} of its state dict is {actual}, expected {expected}")
    low, high = bounds
    if not np.all((values >= low) & (values <= high)):
        raise ReleaseError(
            f"official GIN: {entry} of its state dict holds numbers that are not finite, from {low:g} to "
            f"{high:g}"
        )
    return values


def _is_spare(entry: str, state: Mapping[str, NDArray[Any]], known: set[str]) -> bool:
    """Whether an entry is one that answers do not need: a batch norm's counter, or a copy of another one."""
    if entry.endswith(_COUNTER):
        return f"{entry.removesuffix(_COUNTER)}.running_var" in known
    copied = entry.removeprefix(_NODES)
    return entry.startswith(_COPIES) and copied in known and np.array_equal(state[entry], state[copied])


FAMILY = Family(
    name="official-gin",
    label="official GIN",
    stands_for="graph isomorphism network",
    conflicts=frozenset({"gin", "other-gnn"}),
    paper_name="gin",
    fit=only_imported,
    asks_canonical=False,
    load=GINSurrogate,
    suffix=".safetensors",
    hyperparameters=HYPERPARAMETERS,
    search_space=MappingProxyType({}),
    libraries=("safetensors", "numpy"),
)
