"""The packaged `configspace.json`: the architecture's 34 parameters, for scripts that sample from it.

The official file has 22 settings of the training beside them, of which `predict` uses none, and ConfigSpace
1.x cannot read it, since normal distributions without bounds are no longer known there. This one is written
from `nb301.formats`, in the form that ConfigSpace 0.4 to 1.x read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nb301.formats import CONFIG_PREFIX
from nb301.space import CELL_NAMES, FIRST_EDGE, INPUT_PAIRS, NODES, Op

#: The file, beside the official package's modules.
FILE = Path(__file__).with_name("configspace.json")


def text() -> str:
    """JSON of the space: 28 operations and 6 pairs of inputs, an edge active when its pair is chosen."""
    parameters: list[dict[str, Any]] = []
    conditions: list[dict[str, Any]] = []
    for cell_name in CELL_NAMES:
        for node in NODES:
            inputs = f"{CONFIG_PREFIX}inputs_node_{cell_name}_{node}"
            pairs = [f"{first}_{second}" for first, second in INPUT_PAIRS[node]]
            if len(pairs) > 1:
                parameters.append(_categorical(inputs, pairs))
            for source in range(node):
                edge = f"{CONFIG_PREFIX}edge_{cell_name}_{FIRST_EDGE[node] + source}"
                parameters.append(_categorical(edge, [*Op.__members__]))
                if len(pairs) > 1:
                    chosen = [pair for pair in pairs if str(source) in pair.split("_")]
                    conditions.append({"child": edge, "parent": inputs, "type": "IN", "values": chosen})
    # unconditional ones first, as officially (F1): versions before 1.0 keep the order of the file
    children = {condition["child"] for condition in conditions}
    parameters.sort(key=lambda parameter: (parameter["name"] in children, parameter["name"]))
    conditions.sort(key=lambda condition: str(condition["child"]))
    space = {"hyperparameters": parameters, "conditions": conditions, "forbiddens": [], "name": "nb301"}
    return json.dumps(space, indent=2) + "\n"


def _categorical(name: str, choices: list[str]) -> dict[str, Any]:
    # versions before 1.0 need an entry `default`, where null means the first choice; later ones warn of any
    # other, and have `default_value`
    default = {"default": None, "default_value": choices[0]}
    return {"name": name, "type": "categorical", "choices": choices, **default}
