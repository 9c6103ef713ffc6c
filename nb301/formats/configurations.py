"""Configurations: the official dict, YAHPO Gym's, ConfigSpace's; and what they may ask of a training."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nb301.errors import GenotypeError, MissingExtra, shown
from nb301.space import CELL_NAMES, FIRST_EDGE, INPUT_PAIRS, NODES, Edge, Genotype, Op, to_op

if TYPE_CHECKING:
    from ConfigSpace import Configuration, ConfigurationSpace

#: What the official configuration space puts before each parameter's name.
CONFIG_PREFIX = "NetworkSelectorDatasetInfo:darts:"
#: Epochs of a training in the paper (Appendix C.6), and the last that YAHPO Gym counts of them (F20).
EPOCHS, _YAHPO_EPOCHS = 100, 98


def to_config(genotype: Genotype) -> dict[str, str]:
    """Write the architecture's entries of the official configuration dict (official_facts F1, F21)."""
    config = {}
    for name in CELL_NAMES:
        edges = getattr(genotype, name).edges
        for first, second in zip(edges[::2], edges[1::2], strict=True):
            if len(INPUT_PAIRS[first.target]) > 1:
                config[_inputs_name(name, first.target)] = f"{first.source}_{second.source}"
        config.update({_edge_name(name, edge.number): edge.op.name for edge in edges})
    return config


def from_config(config: Mapping[str, Any]) -> Genotype:
    """Read an official configuration dict; entries that are not the architecture's are passed over.

    Raises:
        GenotypeError: An entry is missing, unknown, or belongs to an edge that is not active.
    """
    return Genotype.from_edges(*(list(_config_edges(name, config)) for name in CELL_NAMES))


def to_yahpo(genotype: Genotype) -> dict[str, str]:
    """Write the architecture's entries of a YAHPO Gym `nb301` configuration ('_COLON_' for ':')."""
    return {key.replace(":", "_COLON_"): value for key, value in to_config(genotype).items()}


def from_yahpo(config: Mapping[str, Any]) -> Genotype:
    """Read a YAHPO Gym `nb301` configuration; entries that are not the architecture's are passed over."""
    return from_config({str(key).replace("_COLON_", ":"): value for key, value in config.items()})


def configuration_space() -> ConfigurationSpace:
    """The space as a ConfigSpace: 6 input pairs, 28 edge ops, each edge active when chosen.

    Names, choices and conditions are those of the official space without its 22 constants (F1, F3).

    Raises:
        MissingExtra: ConfigSpace is not installed.
    """
    try:
        from ConfigSpace import Categorical, ConfigurationSpace, InCondition
    except ImportError as error:
        raise MissingExtra("ConfigSpace is not installed: pip install 'nb301[configspace]'") from error
    space = ConfigurationSpace(name="nb301")
    for name in CELL_NAMES:
        ops = {
            number: Categorical(_edge_name(name, number), [op.name for op in Op])
            for number in range(FIRST_EDGE[NODES[-1]] + NODES[-1])
        }
        inputs = {
            node: Categorical(_inputs_name(name, node), [f"{a}_{b}" for a, b in INPUT_PAIRS[node]])
            for node in NODES
            if len(INPUT_PAIRS[node]) > 1
        }
        space.add(*ops.values(), *inputs.values())
        for node, pair in inputs.items():
            for source in range(node):
                choices = [f"{a}_{b}" for a, b in INPUT_PAIRS[node] if source in (a, b)]
                space.add(InCondition(ops[FIRST_EDGE[node] + source], pair, choices))
    return space


def to_configuration(genotype: Genotype, space: ConfigurationSpace | None = None) -> Configuration:
    """Write a `Configuration` of `space` (default: a new `configuration_space()`)."""
    space = configuration_space() if space is None else space
    from ConfigSpace import Configuration

    return Configuration(space, values=to_config(genotype))


def from_configuration(configuration: Configuration) -> Genotype:
    """Read a ConfigSpace `Configuration` of `configuration_space()` or of the official space."""
    return from_config(dict(configuration))


def check_training(config: Mapping[str, Any], epochs: int, settings: Mapping[str, int]) -> None:
    """Refuse what asks for another training than answers hold for."""
    for key in config.keys() - _ARCHITECTURE:
        last = key.rpartition(":")[2]
        if _EPOCHS_NAME.fullmatch(last.lower()):
            allowed = [epochs, _YAHPO_EPOCHS] if epochs == EPOCHS else [epochs]
        elif last in settings:
            allowed = [settings[last]]
        else:
            continue
        if not _is_absent(config[key]) and _number(config[key]) not in allowed:
            right = " (or 98, YAHPO Gym's last)" if len(allowed) > 1 else ""
            raise GenotypeError(
                f"{key} is {shown(config[key])}, expected {allowed[0]}{right}: answers hold for that "
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


def _inputs_name(cell: str, node: int) -> str:
    return f"{CONFIG_PREFIX}inputs_node_{cell}_{node}"


def _edge_name(cell: str, number: int) -> str:
    return f"{CONFIG_PREFIX}edge_{cell}_{number}"


def _config_edges(name: str, config: Mapping[str, Any]) -> Iterator[Edge]:
    if not isinstance(config, Mapping):
        raise GenotypeError(f"expected a configuration, got {shown(config)}")
    for node in NODES:
        pairs = {f"{a}_{b}": (a, b) for a, b in INPUT_PAIRS[node]}
        chosen = "0_1" if len(pairs) == 1 else config.get(_inputs_name(name, node))
        if not isinstance(chosen, str) or chosen not in pairs:
            raise GenotypeError(
                f"{name} cell, node {node}: {_inputs_name(name, node)} is {shown(chosen)}, "
                f"expected {[*pairs]}"
            )
        for source in range(node):
            key = _edge_name(name, FIRST_EDGE[node] + source)
            op: Any = config.get(key)
            if source in pairs[chosen]:
                if _is_absent(op):
                    raise GenotypeError(f"{name} cell, edge {source} -> {node}: {key} is missing")
                yield Edge(source, node, to_op(op, f"{name} cell, edge {source} -> {node}"))
            elif not _is_absent(op):
                raise GenotypeError(
                    f"{name} cell, edge {source} -> {node}: {key} is {shown(op)}, "
                    f"but node {node} reads {chosen}"
                )


#: All entries of a configuration that are the architecture's.
_ARCHITECTURE = frozenset(
    [_edge_name(name, number) for name in CELL_NAMES for number in range(FIRST_EDGE[NODES[-1]] + NODES[-1])]
    + [_inputs_name(name, node) for name in CELL_NAMES for node in NODES[1:]]
)
#: What says how long is trained: YAHPO's `epoch`, the annealing's `T_max` of the official space, a budget.
_EPOCHS_NAME = re.compile(r"(.*_)?epochs?|budget|fidelity")
