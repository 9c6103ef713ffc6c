"""Answers about trainings that stop early: which epoch is asked for, and what is told after it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import GenotypeError, shown
from nb301.evaluations import Evaluation, Evaluations
from nb301.formats import unwrapped
from nb301.learning_curves import LearningCurve, LearningCurves
from nb301.parsing import parse_json
from nb301.space import Genotype

if TYPE_CHECKING:
    from nb301.surrogates.curves import CurveModel

#: In YAHPO Gym's configurations, the epoch after which the accuracy is asked for.
_EPOCH = "epoch"
#: In the place of epochs, of a whole training.
_WHOLE = 0


def epochs_in(architectures: Any, most: int) -> NDArray[np.intp] | None:
    """Epochs that configurations ask for themselves, 0 where one asks for a whole training.

    Args:
        architectures: One or a list.
        most: Epochs of a learning curve, which are the whole training in a configuration; what asks for more
            is left to whoever reads it.

    Returns:
        Shape (n,); None where none of them asks for any.
    """
    listed = architectures if _are_listed(architectures) else [architectures]
    epochs = np.array([_epoch_of(architecture, most) for architecture in listed], dtype=np.intp)
    return epochs if epochs.any() else None


def without_epochs(architectures: Any, epochs: NDArray[np.intp]) -> Any:
    """Configurations without the epochs that were taken from them, all others as they are."""
    if not _are_listed(architectures):
        return _without_epoch(architectures)
    pairs = zip(architectures, epochs.tolist(), strict=True)
    return [_without_epoch(architecture) if epoch else architecture for architecture, epoch in pairs]


def checked_epochs(epochs: Any, n: int, most: int, *, many: bool) -> NDArray[np.intp]:
    """Epochs that somebody asks for, one for each of `n` architectures.

    Raises:
        GenotypeError: They are not from 1 to `most`, or there is another number of them.
    """
    expected = f"expected an integer from 1 to {most}" + (", or one for each architecture" if many else "")
    hint = "; without it the answer is for a whole training"
    try:
        asked = np.asarray(epochs)
    except ValueError:  # lists of different lengths
        raise GenotypeError(f"epochs is {shown(epochs)}, {expected}{hint}") from None
    shapes = {(), (n,)} if many else {()}
    is_number = asked.dtype.kind in "iu" or asked.size == 0
    if np.ma.isMaskedArray(epochs) or not is_number or asked.shape not in shapes:
        raise GenotypeError(f"epochs is {shown(epochs)}, {expected}{hint}")
    wrong = np.flatnonzero((asked < 1) | (asked > most))
    if len(wrong):
        which = f"epochs[{wrong[0]}] is {asked[wrong[0]]}" if asked.shape else f"epochs is {asked}"
        raise GenotypeError(f"{which}, {expected}{hint}")
    return np.broadcast_to(asked, n).astype(np.intp)


def answers_after(
    epochs: NDArray[np.intp], whole: Evaluations, model: CurveModel, codes: NDArray[np.uint8], seed: Any
) -> Evaluations:
    """What is told after some epochs.

    Args:
        epochs: Shape (n,); 0 for a whole training.
        whole: Answers for whole trainings.
        model: Of learning curves.
        codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
        seed: Training seeds, shape (n,), or one for all; None for expected accuracies.
    """
    is_part, place = epochs != _WHOLE, np.maximum(epochs, 1) - 1
    rows = np.arange(len(codes))
    expected = model.behind(codes)[rows, place]
    behind = model.expected_or_drawn(codes, seed)[rows, place]
    spread = np.sqrt(whole.noise_std * whole.noise_std + model.spread[place] * model.spread[place])
    seconds = whole.runtime * ((place + 1) / model.epochs)
    return replace(
        whole,
        mean=np.where(is_part, np.maximum(whole.mean - expected, 0.0), whole.mean),
        noise_std=np.where(is_part, spread, whole.noise_std),
        val_accuracy=np.where(is_part, np.maximum(whole.val_accuracy - behind, 0.0), whole.val_accuracy),
        runtime=np.where(is_part, seconds, whole.runtime),
    )


def answer_after(
    epochs: int, whole: Evaluation, model: CurveModel, code: NDArray[np.uint8], seed: Any
) -> Evaluation:
    """What `answers_after` gives for one, to the last bit: numpy's calls would cost more than its sums."""
    place = epochs - 1
    expected = float(model.behind(code)[0, place])
    behind = expected if seed is None else float(model.draw(code, seed)[0, place])
    spread = float(model.spread[place])
    return replace(
        whole,
        mean=max(whole.mean - expected, 0.0),
        noise_std=math.sqrt(whole.noise_std * whole.noise_std + spread * spread),
        val_accuracy=max(whole.val_accuracy - behind, 0.0),
        runtime=whole.runtime * (epochs / model.epochs),
    )


def curve_of(best: float, seconds: float, behind: NDArray[np.float64]) -> LearningCurve:
    """A training by its answer and how far behind it each epoch is, fractions, shape (epochs,)."""
    return LearningCurve(np.maximum(best - behind, 0.0), seconds * _shares(len(behind)))


def curves_of(
    best: NDArray[np.float64], seconds: NDArray[np.float64], behind: NDArray[np.float64]
) -> LearningCurves:
    """The same of many, shapes (n,), (n,) and (n, epochs)."""
    accuracies = np.maximum(best[:, None] - behind, 0.0)
    return LearningCurves(accuracies, seconds[:, None] * _shares(behind.shape[1]))


def _shares(epochs: int) -> NDArray[np.float64]:
    """What parts of a training's time have passed after each epoch."""
    return np.arange(1, epochs + 1) / epochs


def _are_listed(architectures: Any) -> bool:
    """Whether this is a list of them; named tuples are one."""
    return type(architectures) in {list, tuple}


def _epoch_of(architecture: Any, most: int) -> int:
    epoch: Any = (_configuration(architecture) or {}).get(_EPOCH)
    is_number = isinstance(epoch, (int, float, np.number)) and not isinstance(epoch, bool)
    return int(epoch) if is_number and epoch in range(1, most) else _WHOLE


def _without_epoch(architecture: Any) -> dict[str, Any]:
    configuration = _configuration(architecture) or {}
    return {name: value for name, value in configuration.items() if name != _EPOCH}


def _configuration(architecture: Any) -> Mapping[str, Any] | None:
    """A configuration, in whatever notation; None of anything else."""
    if isinstance(architecture, str):
        if not architecture.lstrip().startswith("{"):
            return None
        with suppress(ValueError):
            architecture = parse_json(architecture)
    elif not isinstance(architecture, (Mapping, Genotype, list, tuple)):
        with suppress(GenotypeError):
            architecture = unwrapped(architecture)
    return architecture if isinstance(architecture, Mapping) else None
