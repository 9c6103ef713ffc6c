"""Configurations: the official dict, YAHPO Gym's, ConfigSpace's; and what they may ask of a training."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from nb301.errors import GenotypeError, shown
from nb301.extras import require
from nb301.space import CELL_NAMES, FIRST_EDGE, INPUT_PAIRS, NODES, Cell, Genotype, Op, no_op, op_of

if TYPE_CHECKING:
    from ConfigSpace import Configuration, ConfigurationSpace

#: What the official configuration space puts before each parameter's name.
CONFIG_PREFIX = "NetworkSelectorDatasetInfo:darts:"
#: Epochs of a training in the paper (Appendix C.6).
EPOCHS = 100
#: The same training: it stops one epoch early, and logs have the first 98 (F20), as YAHPO Gym counts.
_PAPERS = (98, 99, EPOCHS)


def to_config(genotype: Genotype) -> dict[str, str]:
    """Write the architecture's entries of the official configuration dict (official_facts F1, F21).

    Returns:
        Two entries for the inputs of each node after the first, one for the op of each edge; active ones
            only.
    """
    config = {}
    for cell_name in CELL_NAMES:
        edges = getattr(genotype, cell_name).edges
        for first, second in zip(edges[::2], edges[1::2], strict=True):
            if first.target in _CHOOSING_NODES:
                config[_INPUTS_NAMES[cell_name, first.target]] = f"{first.source}_{second.source}"
        for edge in edges:
            config[_EDGE_NAMES[cell_name][edge.number]] = edge.op.name
    return config


def from_config(config: Mapping[str, Any]) -> Genotype:
    """Read an official configuration dict; entries that are not the architecture's are passed over.

    Args:
        config: Values by the official names.

    Raises:
        GenotypeError: An entry is missing, unknown, or belongs to an edge that is not active.
    """
    if not isinstance(config, Mapping):
        raise GenotypeError(f"expected a configuration, got {shown(config)}")
    return Genotype(_read_cell("normal", config), _read_cell("reduce", config))


def to_yahpo(genotype: Genotype) -> dict[str, str]:
    """Write the architecture's entries of a YAHPO Gym `nb301` configuration ('_COLON_' for ':').

    Returns:
        Values by YAHPO Gym's names; active entries only.
    """
    return {key.replace(":", "_COLON_"): value for key, value in to_config(genotype).items()}


def from_yahpo(config: Mapping[str, Any]) -> Genotype:
    """Read a YAHPO Gym `nb301` configuration; entries that are not the architecture's are passed over.

    Args:
        config: Values by YAHPO Gym's names.
    """
    return from_config({str(key).replace("_COLON_", ":"): value for key, value in config.items()})


def configuration_space() -> ConfigurationSpace:
    """The space as a ConfigSpace: 6 input pairs, 28 edge ops, each edge active when chosen.

    Names, choices and conditions are those of the official space without its 22 constants (F1, F3).

    Returns:
        A new one each time.

    Raises:
        MissingExtra: ConfigSpace is not installed.
    """
    require("ConfigSpace", "configspace")
    from ConfigSpace import Categorical, ConfigurationSpace, InCondition

    space = ConfigurationSpace(name="nb301")
    for cell_name in CELL_NAMES:
        ops = [Categorical(name, [*Op.__members__]) for name in _EDGE_NAMES[cell_name]]
        inputs = [Categorical(_INPUTS_NAMES[cell_name, node], [*_PAIRS[node]]) for node in _CHOOSING_NODES]
        space.add(*ops, *inputs)
        for node, parameter in zip(_CHOOSING_NODES, inputs, strict=True):
            for source in range(node):
                choices = [name for name, pair in _PAIRS[node].items() if source in pair]
                space.add(InCondition(ops[FIRST_EDGE[node] + source], parameter, choices))
    return space


def to_configuration(genotype: Genotype, space: ConfigurationSpace | None = None) -> Configuration:
    """Write a `Configuration` of `space` (default: a new `configuration_space()`).

    Args:
        genotype: The architecture.
        space: What `configuration_space()` gave, or the official space.

    Returns:
        The configuration.
    """
    space = configuration_space() if space is None else space
    from ConfigSpace import Configuration

    return Configuration(space, values=to_config(genotype))


def from_configuration(configuration: Configuration) -> Genotype:
    """Read a ConfigSpace `Configuration` of `configuration_space()` or of the official space.

    Args:
        configuration: Of ConfigSpace, in the extra `configspace`.
    """
    return from_config(dict(configuration))


def check_training(config: Mapping[str, Any], epochs: int, settings: Mapping[str, int]) -> None:
    """Refuse what asks for another training than answers hold for."""
    for key in config.keys() - _ARCHITECTURE:
        last = key.rpartition(":")[2]
        if _EPOCHS_NAME.fullmatch(last.lower()):
            allowed = [*_PAPERS] if epochs in _PAPERS else [epochs]
        elif last in settings:
            allowed = [settings[last]]
        else:
            continue
        if not _is_absent(config[key]) and _number(config[key]) not in allowed:
            right = " or ".join(map(str, allowed))
            raise GenotypeError(
                f"{key} is {shown(config[key])}, expected {right}: answers hold for that "
                "training alone; without this entry it is the one that is asked for"
            )


def _number(value: Any) -> float:
    """A number, or its text; NaN for anything else."""
    try:
        return float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _is_absent(value: Any) -> bool:
    """Whether an entry is what tables hold where there is nothing: None, NaN, pandas' NA, fastai's mark."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return (
        value in {"", "#na#"}
        if isinstance(value, str)
        else isinstance(value, float | np.floating) and math.isnan(value)
    )


def _read_cell(cell_name: str, config: Mapping[str, Any]) -> Cell:
    code = bytearray()
    for node in NODES:
        pair_name = _pair_name(cell_name, node, config)
        pair = _PAIRS[node][pair_name]
        for source in range(node):
            key = _EDGE_NAMES[cell_name][FIRST_EDGE[node] + source]
            written = config.get(key)
            if source in pair:
                op = op_of(written)
                if op is None:
                    edge = f"{cell_name} cell, edge {source} -> {node}"
                    raise (
                        GenotypeError(f"{edge}: {key} is missing")
                        if _is_absent(written)
                        else no_op(written, edge)
                    )
                code += bytes((source, op))
            elif not _is_absent(written):
                raise GenotypeError(
                    f"{cell_name} cell, edge {source} -> {node}: {key} is {shown(written)}, "
                    f"but node {node} reads {pair_name}"
                )
    return Cell(bytes(code))


def _pair_name(cell_name: str, node: int, config: Mapping[str, Any]) -> str:
    """The two inputs that a node reads, such as `0_1`."""
    if node not in _CHOOSING_NODES:
        return "0_1"
    key = _INPUTS_NAMES[cell_name, node]
    chosen = config.get(key)
    if not isinstance(chosen, str) or chosen not in _PAIRS[node]:
        raise GenotypeError(
            f"{cell_name} cell, node {node}: {key} is {shown(chosen)}, expected {[*_PAIRS[node]]}"
        )
    return chosen


#: Nodes with more than one pair of inputs, which a configuration chooses from.
_CHOOSING_NODES = NODES[1:]
#: By node, its pairs of inputs by name, such as `0_1`.
_PAIRS: dict[int, dict[str, tuple[int, int]]] = {node: {} for node in NODES}
for _node, _known in _PAIRS.items():
    for _first, _second in INPUT_PAIRS[_node]:
        _known[f"{_first}_{_second}"] = _first, _second
#: By cell and node, the name of its pair of inputs.
_INPUTS_NAMES: dict[tuple[str, int], str] = {}
for _cell_name, _node in product(CELL_NAMES, _CHOOSING_NODES):
    _INPUTS_NAMES[_cell_name, _node] = f"{CONFIG_PREFIX}inputs_node_{_cell_name}_{_node}"
#: By cell, the names of its edges by their numbers.
_EDGE_NAMES: dict[str, list[str]] = {"normal": [], "reduce": []}
for _cell_name, _edge in product(CELL_NAMES, range(FIRST_EDGE[NODES[-1]] + NODES[-1])):
    _EDGE_NAMES[_cell_name].append(f"{CONFIG_PREFIX}edge_{_cell_name}_{_edge}")
#: All entries of a configuration that are the architecture's.
_ARCHITECTURE = frozenset(_INPUTS_NAMES.values()).union(*_EDGE_NAMES.values())
#: What says how long is trained: YAHPO's `epoch`, the annealing's `T_max` of the official space, a budget.
_EPOCHS_NAME = re.compile(r"(.*_)?epochs?|budget|fidelity")
