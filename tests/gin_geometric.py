"""The GIN in the words of torch-geometric: any graphs, one row a node or edge, scattered sums.

Slower than `torch_fit.TorchGIN`, and made to be read; a test holds the two equal.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch_geometric.data import Data
from torch_geometric.nn import MessagePassing, global_add_pool, global_mean_pool

from nb301.encodings import IDENTITY_EDGES, MAX_DEGREE, NODE_TYPES, OP_TARGETS, graph
from nb301.space import Op
from nb301.surrogates.families.gin.file import Config


def to_data(codes: NDArray[np.uint8]) -> list[Data]:
    """Build one graph for each genotype; `torch_geometric.data.Batch` joins them.

    Args:
        codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).

    Returns:
        Each with `node_type` and `degree` (14,), `edge_index` (2, 29) and `edge_op` (29,), where 0 is
        the identity.
    """
    sources, targets = np.array(IDENTITY_EDGES).T
    return [
        Data(
            num_nodes=len(NODE_TYPES),
            node_type=torch.tensor(NODE_TYPES),
            degree=torch.from_numpy(degrees),
            edge_index=torch.from_numpy(
                np.array([[*op_sources, *sources], [*OP_TARGETS, *targets]], dtype=np.int64)
            ),
            edge_op=torch.from_numpy(np.concatenate([ops, np.zeros_like(sources)])),
        )
        for op_sources, ops, degrees in zip(*graph(codes), strict=True)
    ]


class GINConv(MessagePassing):  # type: ignore[misc]
    """One layer: MLP((1 + eps) x + sum over incoming edges of ReLU(x_source + op)) (F10)."""

    def __init__(self, dim: int) -> None:
        super().__init__(aggr="add")
        self.ops = nn.Embedding(1 + len(Op), dim)
        self.eps = nn.Parameter(torch.zeros(()))
        self.mlp = _mlp(dim)

    def forward(self, x: Tensor, edge_index: Tensor, edge_op: Tensor) -> Tensor:
        """Apply to nodes (nodes, dim) and edges (2, edges) with ops (edges,)."""
        received = self.propagate(edge_index, x=x, op=self.ops(edge_op))
        updated: Tensor = self.mlp((1 + self.eps) * x + received)
        return updated

    def message(self, x_j: Tensor, op: Tensor) -> Tensor:
        """Message along each edge, shape (edges, dim)."""
        return torch.relu(x_j + op)


class PlainGIN(nn.Module):
    """The network of `gin.Config`, with its dropout.

    Args:
        config: Its sizes and dropout.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        dim, layers = config.hidden_dim, config.num_layers
        self.node_type = nn.Embedding(int(NODE_TYPES.max()) + 1, dim)
        self.degree = nn.Embedding(MAX_DEGREE + 1, dim)
        self.virtual_start = nn.Parameter(torch.zeros(dim))
        self.layers = nn.ModuleList(GINConv(dim) for _ in range(layers))
        self.virtual = nn.ModuleList(_mlp(dim) for _ in range(layers - 1))
        self.head = nn.Linear(dim, 1)
        self.dropout = nn.Dropout(config.dropout_prob)

    def forward(self, graphs: Data) -> Tensor:
        """Predict accuracies, fractions, shape (graphs,), of what `Batch.from_data_list` joined."""
        x = self.node_type(graphs.node_type) + self.degree(graphs.degree)
        virtual = self.virtual_start.expand(graphs.num_graphs, -1)
        for k, conv in enumerate(self.layers):
            x = x + virtual[graphs.batch]
            before = x
            x = conv(x, graphs.edge_index, graphs.edge_op)
            if k < len(self.virtual):
                x = torch.relu(x)
                pooled = self.virtual[k](global_add_pool(before, graphs.batch) + virtual)
                virtual = self.dropout(torch.relu(pooled))  # F11
            x = self.dropout(x)
        logits: Tensor = self.head(global_mean_pool(x, graphs.batch))
        return torch.sigmoid(logits[:, 0])

    def load_member(self, tensors: Mapping[str, NDArray[np.float32]]) -> PlainGIN:
        """Take over the weights and running statistics that `gin.read_member` returns."""
        state = self.state_dict()
        for name in state:
            if not name.endswith("num_batches_tracked"):
                stacked, *layer = _member_name(name)
                state[name] = torch.from_numpy(tensors[stacked])[(*layer,)].reshape(state[name].shape)
        self.load_state_dict(state)
        return self


def _mlp(dim: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            first=nn.Linear(dim, 2 * dim),
            first_norm=nn.BatchNorm1d(2 * dim),
            relu=nn.ReLU(),
            second=nn.Linear(2 * dim, dim),
            second_norm=nn.BatchNorm1d(dim),
        )
    )


def _member_name(name: str) -> tuple[str, *tuple[int, ...]]:
    """Name in the file, and layer if it has one, of what this module calls `layers.0.mlp.first.weight`."""
    part, *rest = name.split(".")
    if part not in {"layers", "virtual"}:
        return (name if part == "head" else part.removeprefix("node_"),)
    layer, *own = rest
    words = [_KINDS.get(word, word) for word in own if word != "mlp"]
    return ".".join([part.removesuffix("s"), *(words[:1] if words[0] == "ops" else words)]), int(layer)


_KINDS = {"running_mean": "mean", "running_var": "variance"}
