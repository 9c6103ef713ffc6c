"""The official GIN: state dicts as its code saves them, and what its network answers, put plainly."""

from __future__ import annotations

import numpy as np

from nb301.encodings import IDENTITY_EDGES, NODE_TYPES, OP_TARGETS
from nb301.surrogates.families.gin.graphs import official_graph
from tests.torch_files import state, torch_legacy

#: A `model_config.json` of the official default.
SETTINGS = {
    "gnn_hidden_dimensions": 24,
    "graph_pooling": "mean",
    "num_gnn_layers": 8,
    "dropout_prob": 0.0349564190323054,
    "learning_rate": 0.0777067389388621,
    "learning_rate_min": 0.0,
    "loss_function": "L1",
    "batch_size": 51,
    "virtual_node": True,
    "graph_preprocessing:undirected_graph": False,
    "graph_preprocessing:self_loops": False,
    "graph_preprocessing:add_node_degree_one_hot": True,
    "loss:loss_log_transform": True,
    "loss:pairwise_ranking_loss": True,
    "epochs": 128,
    "model": "gnn_gin",
}
#: The same for a small network.
SMALL = {**SETTINGS, "gnn_hidden_dimensions": 3, "num_gnn_layers": 2}


def official_state(settings=SMALL, seed=0):
    """A state dict of random weights, as arrays by the names and in the order of the official one."""
    d, layers = settings["gnn_hidden_dimensions"], settings["num_gnn_layers"]
    rng = np.random.default_rng(seed)
    made = {}

    def weight(name, *shape):
        made[name] = rng.normal(0, 0.6, shape).astype(np.float32)

    def linear(name, width_in, width):
        made[f"{name}.weight"] = rng.normal(0, width_in**-0.5, (width, width_in)).astype(np.float32)
        weight(f"{name}.bias", width)

    def norm(name, width):
        made[f"{name}.weight"] = rng.uniform(0.5, 1.2, width).astype(np.float32)
        for kind in ("bias", "running_mean"):
            weight(f"{name}.{kind}", width)
        made[f"{name}.running_var"] = rng.uniform(0.5, 20, width).astype(np.float32)
        made[f"{name}.num_batches_tracked"] = np.array(93_440)

    weight("node_encoder.type_encoder.weight", 4, d)
    weight("node_encoder.attribute_encoder.weight", 8, d)
    made |= {f"gnn_node.{name}": values for name, values in made.items()}
    weight("gnn_node.virtualnode_embedding.weight", 1, d)
    for layer in range(layers):
        weight(f"gnn_node.convs.{layer}.eps", 1)
        linear(f"gnn_node.convs.{layer}.mlp.0", d, 2 * d)
        norm(f"gnn_node.convs.{layer}.mlp.1", 2 * d)
        linear(f"gnn_node.convs.{layer}.mlp.3", 2 * d, d)
        weight(f"gnn_node.convs.{layer}.edge_encoder.weight", 8, d)
    for layer in range(layers):
        norm(f"gnn_node.batch_norms.{layer}", d)
    for layer in range(layers - 1):
        linear(f"gnn_node.mlp_virtualnode_list.{layer}.0", d, 2 * d)
        norm(f"gnn_node.mlp_virtualnode_list.{layer}.1", 2 * d)
        linear(f"gnn_node.mlp_virtualnode_list.{layer}.3", 2 * d, d)
        norm(f"gnn_node.mlp_virtualnode_list.{layer}.4", d)
    linear("graph_pred_linear", d, 1)
    return made


def official_file(arrays):
    """The file that torch 1.5 would write of them."""
    storages, entries = {}, {}
    for number, (name, values) in enumerate(arrays.items()):
        key = str(9000 + number)
        storages[key] = values.ravel()
        steps = [step // values.itemsize for step in values.strides]
        entries[name] = (key, 0, values.shape, tuple(steps))
    return torch_legacy(state(entries, storages), storages=storages)


def official_answers(arrays, codes):
    """What the network answers without any grid, in float64, one graph after the other, fractions (n,)."""
    w = {name: values.astype(np.float64) for name, values in arrays.items()}
    layers = sum(name.endswith(".eps") for name in w)

    def linear(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def norm(x, name):
        scaled = (x - w[f"{name}.running_mean"]) / np.sqrt(w[f"{name}.running_var"] + 1e-5)
        return scaled * w[f"{name}.weight"] + w[f"{name}.bias"]

    def relu(x):
        return np.maximum(x, 0)

    answers = []
    for op_sources, ops, degrees in zip(*official_graph(codes), strict=True):
        edges = [*zip(op_sources, OP_TARGETS, ops, strict=True), *((s, t, 0) for s, t in IDENTITY_EDGES)]
        sources, targets, numbers = np.array(edges).T
        x = w["node_encoder.type_encoder.weight"][NODE_TYPES]
        x = x + w["node_encoder.attribute_encoder.weight"][degrees]
        virtual = w["gnn_node.virtualnode_embedding.weight"][0]
        for layer in range(layers):
            conv, mlp = f"gnn_node.convs.{layer}", f"gnn_node.mlp_virtualnode_list.{layer}"
            x = x + virtual
            received = np.zeros_like(x)
            messages = relu(x[sources] + w[f"{conv}.edge_encoder.weight"][numbers])
            np.add.at(received, targets, messages)
            h = (1 + w[f"{conv}.eps"]) * x + received
            h = linear(relu(norm(linear(h, f"{conv}.mlp.0"), f"{conv}.mlp.1")), f"{conv}.mlp.3")
            h = norm(h, f"gnn_node.batch_norms.{layer}")
            if layer < layers - 1:
                h = relu(h)
                pooled = relu(norm(linear(x.sum(axis=0) + virtual, f"{mlp}.0"), f"{mlp}.1"))
                virtual = relu(norm(linear(pooled, f"{mlp}.3"), f"{mlp}.4"))
            x = h
        [logit] = linear(x.mean(axis=0), "graph_pred_linear")
        answers.append(1 / (1 + np.exp(-logit)))
    return np.array(answers)
