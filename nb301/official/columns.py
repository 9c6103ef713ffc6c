"""The official vector's 56 numbers, and which of them are the 34 slots of `encodings.vector`.

ConfigSpace sorts parameters by their names, those without a condition first (official_facts F1): the
architecture's, named as `formats` writes them, and 22 settings of the training, which are the same in every
query and so in every row that a member was fitted to (F2, F5).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nb301.columns import read_only
from nb301.encodings import VECTOR_SLOTS
from nb301.errors import ReleaseError
from nb301.formats import CONFIG_PREFIX
from nb301.surrogates.members.trees import Trees

#: Settings of the training, by their names in the official space (F1, F21).
SETTINGS = (
    "CreateImageDataLoader:batch_size",
    "ImageAugmentation:augment",
    "ImageAugmentation:autoaugment",
    "ImageAugmentation:cutout",
    "ImageAugmentation:cutout_holes",
    "ImageAugmentation:cutout_length",
    "ImageAugmentation:fastautoaugment",
    "LossModuleSelectorIndices:loss_module",
    f"{CONFIG_PREFIX}auxiliary",
    f"{CONFIG_PREFIX}drop_path_prob",
    f"{CONFIG_PREFIX}init_channels",
    f"{CONFIG_PREFIX}layers",
    "NetworkSelectorDatasetInfo:network",
    "OptimizerSelector:optimizer",
    "OptimizerSelector:sgd:learning_rate",
    "OptimizerSelector:sgd:momentum",
    "OptimizerSelector:sgd:weight_decay",
    "SimpleLearningrateSchedulerSelector:cosine_annealing:T_max",
    "SimpleLearningrateSchedulerSelector:cosine_annealing:eta_min",
    "SimpleLearningrateSchedulerSelector:lr_scheduler",
    "SimpleTrainNode:batch_loss_computation_technique",
    "SimpleTrainNode:mixup:alpha",
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
#: The slot of each of the official vector's numbers, -1 for a setting of the training; shape (56,).
SLOT_OF_OFFICIAL = np.full(len(OFFICIAL_NAMES), -1)
SLOT_OF_OFFICIAL[OFFICIAL_OF_SLOT] = np.arange(len(VECTOR_SLOTS))
read_only(SLOT_OF_OFFICIAL)


def on_slots(trees: Trees) -> Trees:
    """Trees on the official vector as trees on `encodings.vector`.

    Args:
        trees: As `boosters.read` gives them: features of the official vector, -1 at leaves.

    Returns:
        The same with features 0..33; they answer alike on every architecture.

    Raises:
        ReleaseError: A node tests a setting of the training, which no fit to data that are alike in it does.
    """
    slots = np.where(trees.feature < 0, -1, SLOT_OF_OFFICIAL[trees.feature])
    wrong = np.flatnonzero((slots < 0) & (trees.feature >= 0))
    if wrong.size:
        tree = int(np.searchsorted(np.cumsum(trees.sizes), wrong[0], side="right"))
        name = OFFICIAL_NAMES[int(trees.feature[wrong[0]])]
        raise ReleaseError(
            f"tree {tree}: tests {name}, a setting of the training that all queries have alike"
        )
    return replace(trees, feature=slots.astype(np.int32))
