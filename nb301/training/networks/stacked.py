"""Many small networks of different architectures, trained as one.

Alone, a small network leaves a processor idle: every convolution of a few channels costs its call. Here
the same layer of all networks is one batched matrix product. On images of few pixels a depthwise
convolution is a matrix over pixels, too, whatever its kernel and dilation, so that **all convolutions of
all networks whose inputs are ready are one product**, op by op only in how that matrix is filled.

Tensors have shape (rows, channels, pixels, images), a row being one node or edge of one network: images
come last, so that everything else is vectorised over them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from nb301.cost import NetworkShape as Shape
from nb301.space import NODES
from nb301.training.networks.network import IMAGE_CHANNELS, STEM_MULTIPLIER, Logits, Network
from nb301.training.networks.stacked_cell import Place, StackedCell
from nb301.training.networks.stacked_layers import (
    PointwiseNorm,
    StackedAuxiliaryHead,
    StackedLinear,
    Views,
    patches,
)

#: Height, pixels: a depthwise convolution as a matrix has height^4 entries for each channel.
LARGEST_IMAGE = 16


class Stack(nn.Module):
    """Networks of one shape and different architectures; each computes what it would alone.

    Args:
        networks: At least one; their weights are copied.

    Raises:
        ValueError: There is none, their shapes differ, or their images are too large.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        super().__init__()
        self.shape = _common_shape(networks)
        self.size = len(networks)
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))
        self.batches: Tensor
        shape = self.shape
        views: Views = [{} for _ in networks]
        genotypes = [network.genotype for network in networks]
        width, stem = shape.channels, STEM_MULTIPLIER * shape.channels
        self.stem = PointwiseNorm(self.size, 9 * IMAGE_CHANNELS, stem)
        self.stem.bind(views, range(self.size), ["stem.convolution"], "stem.norm")
        self.cells = nn.ModuleList()
        self.auxiliary: StackedAuxiliaryHead | None = None
        before, last, reduced, height = stem, stem, False, shape.image_size
        for index in range(shape.layers):
            reduces = index in shape.reductions
            width *= 1 + reduces
            cells = [genotype.reduce if reduces else genotype.normal for genotype in genotypes]
            place = Place(f"cells.{index}", before, last, width, height, reduces, reduced)
            self.cells.append(StackedCell(cells, place, views))
            before, last, reduced, height = last, len(NODES) * width, reduces, place.height_out
            if shape.auxiliary and index == shape.reductions[1]:
                self.auxiliary = StackedAuxiliaryHead(self.size, last, shape.classes, views)
        self.classifier = StackedLinear(self.size, last, shape.classes, views, "classifier")
        self._views = views
        self._shapes = [*map(_shapes, networks)]
        for one, network in enumerate(networks):
            self.load(one, network.state_dict())

    def forward(self, images: Tensor, drop_path: Tensor | None = None) -> Logits:
        """Logits of each network's own images.

        Args:
            images: Standardised, shape (networks, n, 3, image size, image size).
            drop_path: As `Network.forward` takes it, shape (networks, layers, 8, n).

        Returns:
            Shapes (networks, n, classes).
        """
        if self.training:
            self.batches += 1
        # all readers of a cell's output begin with a ReLU, except the classifier
        before = last = functional.relu(self.stem(patches(images.permute(0, 2, 3, 4, 1))))
        out, auxiliary = last, None
        for index, cell in enumerate(self.cells):
            out = cell(before, last, None if drop_path is None else drop_path[:, index])
            before, last = last, functional.relu(out)
            if self.training and self.auxiliary is not None and index == self.shape.reductions[1]:
                auxiliary = self.auxiliary(last)
        return Logits(self.classifier(out.mean(2)), auxiliary)

    def state(self, one: int) -> dict[str, Tensor]:
        """Copy the state of one network, as `Network.load_state_dict` takes it."""
        state = {}
        named = self._named(one)
        for name, shape in self._shapes[one].items():
            state[name] = named[name].detach().reshape(shape).clone()
        return state

    @torch.no_grad()
    def load(self, one: int, state: Mapping[str, Tensor]) -> None:
        """Take over the state of one network."""
        for name, own in self._named(one).items():
            own.copy_(state[name].reshape(own.shape))

    def _named(self, one: int) -> dict[str, Tensor]:
        """The state of one network as views of the stack's own tensors."""
        state = {}
        for name, view in self._views[one].items():
            state[name] = view()
            if name.endswith("running_var"):
                state[name.replace("running_var", "num_batches_tracked")] = self.batches
        return state


def _shapes(network: Network) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in network.state_dict().items()}


def _common_shape(networks: Sequence[Network]) -> Shape:
    shapes = {network.shape for network in networks}
    if len(shapes) != 1:
        raise ValueError(f"a stack needs networks of one shape, got {len(networks)} of {len(shapes)} shapes")
    (shape,) = shapes
    if shape.image_size > LARGEST_IMAGE:
        raise ValueError(
            f"images of {shape.image_size} pixels are too large for a stack, at most {LARGEST_IMAGE}: "
            "train such networks one by one"
        )
    return shape
