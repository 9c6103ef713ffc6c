"""Loading an ensemble and asking it, as the official package has it (official_facts F40)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from nb301.compat.nasbench301 import global_noise, representations

if TYPE_CHECKING:
    from nb301.compat.nasbench301.ensembles import Ensemble


def load_ensemble(ensemble_parent_directory: str | os.PathLike[str]) -> SurrogateAPI:
    """Load an ensemble, and seed numpy's global generator as officially.

    Args:
        ensemble_parent_directory: A folder of official models, such as `nb_models_1.0/xgb_v1.0`, which is
            imported once; the name of a release, such as `cifar10-gin-rand-v1.0`; or a release's folder.
            A name or folder of a release with `:runtime` behind it is the release's runtime model.

    Raises:
        ReleaseError: There is nothing of that kind, or it cannot be read.
        HashMismatch: A file was changed.
    """
    from nb301.compat.nasbench301 import ensembles  # and with it pydantic, which importing does without

    ensemble = ensembles.find(ensemble_parent_directory)
    global_noise.seed(ensemble.first_seed, ensemble.members)
    return SurrogateAPI(ensemble)


class SurrogateAPI:
    """An ensemble that is asked for one architecture at a time.

    Args:
        surrogate_model: What `ensembles.find` gives.
    """

    def __init__(self, surrogate_model: Ensemble) -> None:
        self.model = surrogate_model

    def predict(
        self,
        config: Any,
        representation: str,
        with_noise: bool = True,  # noqa: FBT001 - clients give it without its name
    ) -> np.floating[Any]:
        """Predict the validation accuracy, percent; of a runtime model the seconds of a training.

        Args:
            config: An architecture.
            representation: `genotype` or `configspace`, see `representations.read`.
            with_noise: Whether a draw from numpy's global generator is added, of the std that predictions of
                the members have; of a release with fitted noise, of the std that its trainings have.

        Returns:
            With noise a float64; without, the mean of the members in their own type, float32 for XGBoost and
            GIN, float64 for others and for runtimes.

        Raises:
            CompatError: There is no such representation; a NotImplementedError, as officially.
            GenotypeError: Not an architecture of the space.
        """
        predicted = self.model.ask(representations.read(config, representation))
        if not with_noise:
            return predicted.mean
        return predicted.mean + global_noise.draw(predicted.noise_std)
