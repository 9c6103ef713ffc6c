"""Answers: what a release says of genotypes, one or many, with the noise of a training and exact costs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import formats
from nb301.cost import CIFAR10_NETWORK, NetworkShape, cost_many, cost_tables
from nb301.encodings import CONFIGURATIONS, canonical, configuration_codes
from nb301.errors import SeedError, TrainingError, shown
from nb301.evaluations import Evaluation, Evaluations, joined
from nb301.noise import Stream, keyed_normal, keyed_normal_of_one, seeds_shape
from nb301.releases import Release
from nb301.releases.training_noise import TrainingNoise
from nb301.space import Genotype, key_of, keys_of_canonical, to_codes
from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import mean_and_std, mean_and_std_of_one
from nb301.surrogates.runtime import RuntimeModel
from nb301.truth.base import is_emulated

#: Architectures whose canonical forms take as long one by one as together.
_MANY = 128


class Answers:
    """What a release answers; `Benchmark` reads the questions.

    Args:
        release: The release.
    """

    def __init__(self, release: Release) -> None:
        self.release = release

    def shared(self, genotypes: Sequence[Genotype], seed: ArrayLike | None, threads: int) -> Evaluations:
        """What `many` gives, by several threads."""
        if not isinstance(threads, (int, np.integer)) or isinstance(threads, bool) or threads < 1:
            raise ValueError(f"threads is {shown(threads)}, expected an integer of at least 1")
        n = len(genotypes)
        if threads == 1 or n < 2 * threads:
            return self.many(genotypes, seed)
        from concurrent.futures import ThreadPoolExecutor

        self.many(genotypes[:1], None)  # reads what all of them need
        parts = [slice(n * k // threads, n * (k + 1) // threads) for k in range(threads)]
        seeds = [seed] * threads
        if seed is not None and _checked_shape(seed, n):
            all_seeds = seed if isinstance(seed, np.ndarray) else np.array(seed, dtype=object)
            seeds = [all_seeds[part] for part in parts]
        with ThreadPoolExecutor(threads) as pool:
            return joined([*pool.map(self.many, [genotypes[part] for part in parts], seeds)])

    def many(self, genotypes: Sequence[Genotype], seed: ArrayLike | None) -> Evaluations:
        """Answer for a list, with one seed for all or one for each.

        Raises:
            SeedError: A seed is none, or there are not as many as genotypes.
        """
        written = to_codes(genotypes)
        codes = _canonical_codes(genotypes) if len(genotypes) < _MANY else canonical(written)
        # surrogates on the vector encoding tell isomorphic genotypes apart, unless asked for canonical forms
        asked = codes if self.asks_canonical else written
        mean, std = mean_and_std(self.release.surrogate.predict(asked))
        noise_std = std if self._noise is None else self._noise.std(mean)
        val_accuracy = mean
        if seed is not None:
            _checked_shape(seed, len(mean))
            draws = keyed_normal(keys_of_canonical(codes), seed, Stream.BENCHMARK)
            val_accuracy = np.clip(mean + noise_std * draws, 0.0, 1.0)
        costs = cost_many(codes, self.training[1])
        return Evaluations(
            mean=mean,
            std=std,
            noise_std=noise_std,
            val_accuracy=val_accuracy,
            runtime=self.release.runtime_model.predict(codes if self._adds_up else asked),
            parameters=costs[:, 0],
            multiply_adds=costs[:, 1],
            release=self.release.name,
            release_hash=self.release.release_hash,
        )

    def one(self, genotype: Genotype, seed: Any) -> Evaluation:
        """What `many` gives for one, to the last bit: numpy's calls would cost more than its sums."""
        code = genotype.canonical_code
        asked = code if self.asks_canonical else genotype.normal.code + genotype.reduce.code
        codes = np.frombuffer(asked, dtype=np.uint8).reshape(1, 2, 8, 2)
        mean, std = mean_and_std_of_one(self.release.surrogate.predict(codes)[:, 0].tolist())
        noise_std = std if self._noise is None else self._noise.std_of_one(mean)
        val_accuracy = mean
        if type(seed) is not int and seed is not None and seeds_shape(seed):
            raise SeedError(f"{np.size(seed)} seeds for one architecture: give one")
        if seed is not None:
            draw = keyed_normal_of_one(key_of(code), seed, Stream.BENCHMARK)
            val_accuracy = min(max(mean + noise_std * draw, 0.0), 1.0)
        runtime, parameters, multiply_adds = self._frame
        if not self._adds_up:
            runtime = float(self.release.runtime_model.predict(codes)[0])
        for node, added in enumerate(self._added):
            seconds, more_parameters, more_multiply_adds = added[code[4 * node : 4 * node + 4]]
            runtime += seconds
            parameters += more_parameters
            multiply_adds += more_multiply_adds
        return Evaluation(
            mean=mean,
            std=std,
            noise_std=noise_std,
            val_accuracy=val_accuracy,
            runtime=runtime,
            parameters=parameters,
            multiply_adds=multiply_adds,
            release=self.release.name,
            release_hash=self.release.release_hash,
        )

    @cached_property
    def training(self) -> tuple[int, NetworkShape]:
        """Epochs and network of the ground truth; of one that nobody knows any more, the paper's."""
        truth = self.release.facts.truth
        if is_emulated(truth):
            return formats.EPOCHS, CIFAR10_NETWORK
        from nb301.truth.trained import truth_named  # which queries of emulated releases do without

        try:
            known = truth_named(truth)
        except TrainingError:
            return formats.EPOCHS, CIFAR10_NETWORK
        return known.epochs, known.network

    @cached_property
    def _noise(self) -> TrainingNoise | None:
        """The manifest's noise; None where draws have the members' std."""
        noise = self.release.facts.noise
        return None if noise is None else TrainingNoise(noise)

    @cached_property
    def asks_canonical(self) -> bool:
        """Whether the surrogate is asked for canonical forms; official models are asked as it is written."""
        return FAMILIES[self.release.facts.family].asks_canonical

    @cached_property
    def _adds_up(self) -> bool:
        """Whether seconds are a sum over the nodes of canonical forms; an official model's are not."""
        return isinstance(self.release.runtime_model, RuntimeModel)

    @cached_property
    def _frame(self) -> tuple[float, int, int]:
        """Seconds, parameters and multiply-adds that all architectures share."""
        parameters, multiply_adds = cost_tables(self.training[1]).frame.tolist()
        return 0.0, parameters, multiply_adds

    @cached_property
    def _added(self) -> list[dict[bytes, tuple[float, int, int]]]:
        """What each of the eight nodes adds to that, by its four bytes in the code."""
        model = self.release.runtime_model
        # an official model's seconds do not add up over nodes
        seconds = model.seconds.tolist() if isinstance(model, RuntimeModel) else [0.0] * sum(CONFIGURATIONS)
        costs = cost_tables(self.training[1]).nodes.tolist()
        configurations = zip(configuration_codes(), seconds, costs, strict=True)
        added = []
        for count in CONFIGURATIONS:
            node = {}
            for code, second, (parameters, multiply_adds) in islice(configurations, count):
                node[code.tobytes()] = second, parameters, multiply_adds
            added.append(node)
        return added


def _checked_shape(seed: ArrayLike, n: int) -> tuple[int, ...]:
    """The shape of seeds for n architectures, () of one for all."""
    shape = seeds_shape(seed)
    if shape not in {(), (n,)}:
        raise SeedError(f"{np.size(seed)} seeds for {n} architectures: give one, or one for each")
    return shape


def canonical_code_of(genotype: Genotype) -> NDArray[np.uint8]:
    """A canonical genotype as `to_codes` packs it, shape (1, 2, 8, 2)."""
    return np.frombuffer(genotype.canonical_code, dtype=np.uint8).reshape(1, 2, 8, 2)


def _canonical_codes(genotypes: Sequence[Genotype]) -> NDArray[np.uint8]:
    """What `encodings.canonical` gives, one by one."""
    packed = b"".join([genotype.canonical_code for genotype in genotypes])
    return np.frombuffer(packed, dtype=np.uint8).reshape(len(genotypes), 2, 8, 2)
