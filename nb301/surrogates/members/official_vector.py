"""The official vector's 56 numbers, and which of them are the 34 slots of `encodings.vector`.

ConfigSpace sorts parameters by their names, those without a condition first (official_facts F1): the
architecture's, named as `formats` writes them, and 22 settings of the training, which are the same in every
query and so in every row that a member was fitted to (F2, F5).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nb301.columns import read_only
from nb301.encodings import VECTOR_SLOTS, vector
from nb301.formats import CONFIG_PREFIX

#: Settings of the training by their names in the official space (F1, F21), with the numbers that each query's
#: vector has there: what ConfigSpace 0.4.12 makes of F5, such as logarithms of the learning rate and weight
#: decay (F2).
SETTINGS: Mapping[str, float] = MappingProxyType(
    {
        "CreateImageDataLoader:batch_size": 0.5863451791322545,
        "ImageAugmentation:augment": 0.0,
        "ImageAugmentation:autoaugment": 0.0,
        "ImageAugmentation:cutout": 0.0,
        "ImageAugmentation:cutout_holes": 0.16666444442962952,
        "ImageAugmentation:cutout_length": 0.3099999239999697,
        "ImageAugmentation:fastautoaugment": 0.0,
        "LossModuleSelectorIndices:loss_module": 0.0,
        f"{CONFIG_PREFIX}auxiliary": 0.0,
        f"{CONFIG_PREFIX}drop_path_prob": 0.0,
        f"{CONFIG_PREFIX}init_channels": 0.003149999006299998,
        f"{CONFIG_PREFIX}layers": 0.000749999001499998,
        "NetworkSelectorDatasetInfo:network": 0.0,
        "OptimizerSelector:optimizer": 0.0,
        "OptimizerSelector:sgd:learning_rate": -3.6888794541139363,
        "OptimizerSelector:sgd:momentum": 0.8988764044943821,
        "OptimizerSelector:sgd:weight_decay": -8.111728083308073,
        "SimpleLearningrateSchedulerSelector:cosine_annealing:T_max": 0.009949999019899998,
        "SimpleLearningrateSchedulerSelector:cosine_annealing:eta_min": 1e-12,
        "SimpleLearningrateSchedulerSelector:lr_scheduler": 0.0,
        "SimpleTrainNode:batch_loss_computation_technique": 0.0,
        "SimpleTrainNode:mixup:alpha": 0.7051278400653053,
    }
)


def _official_names() -> tuple[str, ...]:
    """The names of the official vector's numbers, in its order."""
    unconditional: list[str] = [*SETTINGS]
    conditional: list[str] = []
    for slot in VECTOR_SLOTS:
        is_chosen = slot.startswith("edge_") and int(slot.rpartition("_")[2]) > 1  # node 2 chooses nothing
        (conditional if is_chosen else unconditional).append(f"{CONFIG_PREFIX}{slot}")
    return (*sorted(unconditional), *sorted(conditional))


#: Names of the official vector's 56 numbers, in its order.
OFFICIAL_NAMES = _official_names()
#: Where each slot of `encodings.vector` stands in the official vector, shape (34,).
OFFICIAL_OF_SLOT = read_only(
    np.array([OFFICIAL_NAMES.index(f"{CONFIG_PREFIX}{slot}") for slot in VECTOR_SLOTS])
)
#: An official vector without an architecture, shape (56,).
_FRAME = read_only(np.array([SETTINGS.get(name, 0.0) for name in OFFICIAL_NAMES]))


def official_vectors(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The vectors that official code asks its models with; an edge that is not active is -1 (F4).

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2). Isomorphic ones have different
            vectors: official code asks of what it is given.

    Returns:
        Shape (n, 56).
    """
    vectors = np.tile(_FRAME, (len(codes), 1))
    vectors[:, OFFICIAL_OF_SLOT] = vector(codes)
    return vectors
