"""Fitting a GIN in torch, on one thread; `file` says what the network is, `numpy_net` evaluates it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn import functional

from nb301.encodings import CELL_NODES, FIRST_INTERMEDIATE, GRAPH_NODES, NODE_TYPES, graph
from nb301.surrogates.families.gin.file import NORM_EPS, Config, shapes, write_member
from nb301.surrogates.members.base import Examples, Report
from nb301.threads import one_thread

_NORM_MOMENTUM = 0.1  # torch's default
_LEAST_BATCH = 16  # below it, a batch's statistics say little
#: Learning rate of the first step, as a share of the highest.
_FIRST_RATE = 0.1
#: Accuracies above it are taken for it: the logarithm of 1 - 1 is not finite.
_BEST = 1 - 1e-6
#: Graphs that are evaluated together.
_EVALUATED = 512


def fit(train: Examples, stop: Examples, seed: int, config: Config, report: Report | None) -> bytes:
    """Fit one member; see `family.fit`."""
    generator = Generator().manual_seed(seed)
    with one_thread():
        network = TorchGIN(config, generator)
        network.start_from(float(np.mean(train.target)))
        state = _GINFit(network, generator).run(train, stop, report)
    return write_member(config, {name: tensor.numpy() for name, tensor in state.items()})


class GraphBatch(NamedTuple):
    """Graphs as the network takes them, b of them; see `encodings.Graphs`."""

    sources: Tensor  # (b, 16)
    ops: Tensor  # (b, 16)
    degrees: Tensor  # (b, 14)

    @classmethod
    def of(cls, codes: NDArray[np.uint8]) -> GraphBatch:
        """The graphs of canonical genotypes as `space.to_codes` packs them."""
        return cls(*map(torch.from_numpy, graph(codes)))

    def rows(self, chosen: Tensor | slice) -> GraphBatch:
        """Some of the graphs."""
        return GraphBatch(self.sources[chosen], self.ops[chosen], self.degrees[chosen])


class TorchGIN:
    """The network, with weights and running statistics by the names of `file.shapes`.

    All graphs have the same targets, so that messages are summed in groups of fixed size; nothing is
    scattered but in the backward pass.

    Args:
        config: Its sizes and dropout.
        generator: Where initial weights and dropout are drawn from.
    """

    def __init__(self, config: Config, generator: Generator) -> None:
        self.config = config
        self.generator = generator
        self.weights: dict[str, Tensor] = {}
        self.running: dict[str, Tensor] = {}
        for name, shape in shapes(config).items():
            if name.endswith(("mean", "variance")):
                self.running[name] = torch.full(shape, float(name.endswith("variance")))
            else:
                self.weights[name] = _initial(name, shape, generator).requires_grad_()

    def start_from(self, accuracy: float) -> None:
        """Let predictions start near the data's mean accuracy, a fraction; officially, at one half."""
        accuracy = min(accuracy, _BEST)
        with torch.no_grad():
            self.weights["head.bias"].fill_(math.log(accuracy / (1 - accuracy)))

    def state(self) -> dict[str, Tensor]:
        """Copies of weights and running statistics by name."""
        tensors = self.weights | self.running
        return {name: tensor.detach().clone() for name, tensor in tensors.items()}

    def logits(self, graphs: GraphBatch, *, training: bool) -> Tensor:
        """Logits of the accuracies, shape (b,)."""
        b, d, w = len(graphs.ops), self.config.hidden_dim, self.weights
        # rows of (b * 14, d)
        sources = (graphs.sources + GRAPH_NODES * torch.arange(b)[:, None]).reshape(-1)
        ops = graphs.ops.reshape(-1)
        x = w["type"][torch.tensor(NODE_TYPES)] + functional.embedding(graphs.degrees, w["degree"])
        virtual = w["virtual_start"].expand(b, d)
        layers = self._layers()
        for k, layer in enumerate(layers):
            last = k + 1 == len(layers)
            x = x + virtual[:, None]
            received = _received(x, sources, ops, layer["layer.ops"])
            h = (x * (1 + layer["layer.eps"]) + received).view(-1, d)
            h = _mlp(layer, "layer", h, training=training)
            if not last:
                h = functional.relu(h)
                # of this layer's input, not its output (F11)
                pooled = _mlp(layer, "virtual", x.sum(1) + virtual, training=training)
                virtual = self._dropout(functional.relu(pooled), training=training)
            x = self._dropout(h, training=training).view(b, GRAPH_NODES, d)
        return x.mean(1) @ w["head.weight"] + w["head.bias"]

    def _layers(self) -> list[dict[str, Tensor]]:
        """Each layer's own tensors, by name; the last one has none of the virtual node."""
        layers = [dict[str, Tensor]() for _ in range(self.config.num_layers)]
        for name, stacked in (self.weights | self.running).items():
            if name.startswith(("layer.", "virtual.")):
                for layer, tensor in zip(layers, stacked.unbind(), strict=False):
                    layer[name] = tensor
        return layers

    def _dropout(self, x: Tensor, *, training: bool) -> Tensor:
        kept = 1 - self.config.dropout_prob
        if not training or kept == 1:
            return x
        # torch's own dropout draws from the global generator
        return x * torch.empty_like(x).bernoulli_(kept, generator=self.generator) / kept


def _received(x: Tensor, sources: Tensor, ops: Tensor, embedding: Tensor) -> Tensor:
    """Sum of the messages ReLU(source + op) into each node, shape (b, 14, d) like `x` (F7, F10)."""
    b, _, d = x.shape
    read = x.reshape(-1, d).index_select(0, sources)
    messages = functional.relu(read + functional.embedding(ops, embedding))
    into_intermediate = messages.view(b, 2, 4, 2, d).sum(3)
    cells = x.view(b, 2, CELL_NODES, d)
    onward = functional.relu(cells[:, :, FIRST_INTERMEDIATE:] + embedding[0])
    outputs = onward[:, :, -1:]
    to_itself = outputs * torch.tensor([1.0, 0.0]).view(2, 1, 1)  # the normal cell's output only
    into_outputs = onward[:, :, :-1].sum(2, keepdim=True) + to_itself
    into_inputs = outputs.flip(1).expand(b, 2, FIRST_INTERMEDIATE, d)  # the other cell's output
    return torch.cat([into_inputs, into_intermediate, into_outputs], 2).view(x.shape)


def _mlp(layer: Mapping[str, Tensor], part: str, x: Tensor, *, training: bool) -> Tensor:
    """Linear, batch norm, ReLU, linear, batch norm; shape (rows, d) to (rows, d)."""
    for name in ("first", "second"):
        x = functional.linear(x, layer[f"{part}.{name}.weight"], layer[f"{part}.{name}.bias"])
        x = functional.batch_norm(
            x,
            layer[f"{part}.{name}_norm.mean"],
            layer[f"{part}.{name}_norm.variance"],
            layer[f"{part}.{name}_norm.weight"],
            layer[f"{part}.{name}_norm.bias"],
            training,
            _NORM_MOMENTUM,
            NORM_EPS,
        )
        if name == "first":
            x = functional.relu(x)
    return x


def _initial(name: str, shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Initial weights, as torch's own modules draw them; biases start at zero."""
    if name in {"type", "degree", "layer.ops"}:
        return torch.empty(shape).normal_(generator=generator)
    if name.endswith("norm.weight"):
        return torch.ones(shape)
    if name.endswith("weight"):
        bound = shape[-1] ** -0.5
        return torch.empty(shape).uniform_(-bound, bound, generator=generator)
    return torch.zeros(shape)


@dataclass(frozen=True, slots=True)
class _GraphExamples:
    """Graphs with what is predicted."""

    graphs: GraphBatch
    target: Tensor  # accuracies, fractions, (n,)

    @classmethod
    def of(cls, examples: Examples) -> _GraphExamples:
        return cls(GraphBatch.of(examples.codes), torch.from_numpy(examples.target).float())

    def rows(self, chosen: Tensor | slice) -> _GraphExamples:
        return _GraphExamples(self.graphs.rows(chosen), self.target[chosen])

    def __len__(self) -> int:
        return len(self.target)


class _GINFit:
    """Adam on the network's weights; its learning rate rises, then falls to zero along a cosine."""

    def __init__(self, network: TorchGIN, generator: Generator) -> None:
        self.network, self.config, self.generator = network, network.config, generator
        self.adam = torch.optim.Adam([*network.weights.values()], fused=True)

    def run(self, train: Examples, stop: Examples, report: Report | None) -> dict[str, Tensor]:
        """Fit, and return the state that is to be kept."""
        train_data, stop_data = _GraphExamples.of(train), _GraphExamples.of(stop)
        best, best_epoch, kept = math.inf, 0, self.network.state()
        size = min(self.config.batch_size, max(_LEAST_BATCH, len(train) // 16), len(train))
        epochs = max(self.config.epochs, math.ceil(self.config.least_steps / (len(train) // size)))
        for epoch in range(1, epochs + 1):
            batches = self._batches(len(train), size)
            for number, rows in enumerate(batches):
                progress = (epoch - 1 + number / len(batches)) / epochs
                self._step(train_data.rows(rows), progress)
            error = self._error(stop_data)
            if report is not None:
                report(epoch, error)
            if error < best:
                best, best_epoch, kept = error, epoch, self.network.state()
            if epoch - best_epoch >= self.config.patience:
                break
        return kept if self.config.restore_best else self.network.state()

    def _batches(self, n: int, size: int) -> list[Tensor]:
        """Row numbers of an epoch's batches; the last, smaller one is left out."""
        order = torch.randperm(n, generator=self.generator) if self.config.shuffle else torch.arange(n)
        return [*torch.split(order[: n // size * size], size)]

    def _step(self, data: _GraphExamples, progress: float) -> None:
        self.adam.param_groups[0]["lr"] = self.config.learning_rate * _rate(progress, self.config.warm_up)
        loss = _loss(self.network.logits(data.graphs, training=True), data.target, self.config)
        self.adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.adam.step()

    @torch.no_grad()
    def _error(self, data: _GraphExamples) -> float:
        """Mean error without the ranking term (F14)."""
        logits = []
        for start in range(0, len(data), _EVALUATED):
            graphs = data.graphs.rows(slice(start, start + _EVALUATED))
            logits.append(self.network.logits(graphs, training=False))
        return _fit_error(torch.cat(logits), data.target, self.config).item()


def _rate(progress: float, warm_up: float) -> float:
    """Learning rate as a share of the highest, `progress` from 0 to 1."""
    if progress < warm_up:
        return _FIRST_RATE + (1 - _FIRST_RATE) * progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


def _loss(logits: Tensor, target: Tensor, config: Config) -> Tensor:
    loss = _fit_error(logits, target, config)
    if config.pairwise_ranking_loss:
        loss = loss + _ranking_loss(torch.sigmoid(logits), target, config.ranking_margin)
    return loss


def _fit_error(logits: Tensor, target: Tensor, config: Config) -> Tensor:
    """Mean absolute error, of ln(1 - accuracy) where `loss_log_transform` is set (F13)."""
    if not config.loss_log_transform:
        return (torch.sigmoid(logits) - target).abs().mean()
    # ln(1 - sigmoid(x)) = ln(sigmoid(-x))
    return (functional.logsigmoid(-logits) - torch.log1p(-target.clamp(max=_BEST))).abs().mean()


def _ranking_loss(predicted: Tensor, target: Tensor, margin: float) -> Tensor:
    """Mean of max(0, margin - (better - worse)) over the batch's pairs with a better one (F13)."""
    lead = predicted[:, None] - predicted
    is_better = target[:, None] > target
    hinge = functional.relu(margin - lead) * is_better
    return hinge.sum() / is_better.sum().clamp(min=1)
