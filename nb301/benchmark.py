"""The benchmark: an architecture in, an `Evaluation` out, from a frozen release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import formats, partial
from nb301.cost import CIFAR10_NETWORK, NetworkShape, cost_many, cost_tables
from nb301.encodings import CONFIGURATIONS, canonical, configuration_codes
from nb301.errors import GenotypeError, ReleaseError, SeedError, TrainingError, shown
from nb301.evaluations import Evaluation, Evaluations, joined
from nb301.formats import Column, Many, One
from nb301.learning_curves import LearningCurve, LearningCurves
from nb301.noise import Stream, keyed_normal, keyed_normal_of_one, seeds_shape
from nb301.pictured import Pictured
from nb301.releases import Release, find
from nb301.releases.training_noise import TrainingNoise
from nb301.space import Genotype, key_of, keys_of_canonical, to_codes
from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import mean_and_std, mean_and_std_of_one
from nb301.surrogates.runtime import RuntimeModel
from nb301.truth.base import is_emulated

if TYPE_CHECKING:
    from nb301.releases.familiarity import Familiarity, KnownSurroundings
    from nb301.surrogates.curves import CurveModel
    from nb301.tables.schema import EvaluationTable


#: Architectures whose canonical forms take as long one by one as together.
_MANY = 128


class Benchmark(Pictured):
    """A release that answers queries.

    It is pickled as the release's name, or the absolute path of its folder, and its hash, so that it is as
    good as nothing to send to other processes; each loads the release once. A table that `load` got goes
    along, whole.

    Args:
        release: See `load`.
        table: See `load`.
    """

    def __init__(self, release: Release, table: EvaluationTable | None = None) -> None:
        self.release = release
        self._table = table

    def __repr__(self) -> str:
        return repr(self.release).replace("Release", "Benchmark", 1)

    def __reduce__(self) -> tuple[Any, ...]:
        return Benchmark, (self.release, self._table)

    @overload
    def query(
        self, genotype: One, seed: int | np.integer[Any] | None = None, epochs: int | None = None
    ) -> Evaluation: ...
    @overload
    def query(
        self,
        genotype: Many,
        seed: ArrayLike | None = None,
        epochs: int | Sequence[int] | None = None,
        *,
        threads: int = 1,
    ) -> Evaluations: ...
    @overload
    def query(
        self,
        genotype: Column,
        seed: ArrayLike | None = None,
        epochs: int | Sequence[int] | None = None,
        *,
        threads: int = 1,
    ) -> Evaluation | Evaluations: ...
    def query(
        self,
        genotype: Any,
        seed: ArrayLike | None = None,
        epochs: int | Sequence[int] | None = None,
        *,
        threads: int = 1,
    ) -> Evaluation | Evaluations:
        """Evaluate one architecture, or a list of them.

        The noise depends on (architecture, seed) alone: it is the same in any process, order or
        batch, for all releases, and for genotypes that differ only in the names of their nodes. So is the
        mean, but of imported official models: official code tells such genotypes apart, and these are asked
        as they are written.

        Args:
            genotype: A `Genotype`, anything `formats.read` takes, or a list, an array or a column of those,
                or a tuple of genotypes, texts or configurations. Lists that are one architecture by their
                structure, such as NASLib's two of eight pairs, are one. Of the training that the release
                answers for, a configuration may say the epochs, initial channels and layers; YAHPO's `epoch`
                is taken as `epochs` where the release has learning curves, below their last one.
            seed: Training seed to emulate, 0..2^64-1; for a list, one or as many as architectures.
                Without one `val_accuracy` is the mean.
            epochs: After so many epochs, 1 to those of its learning curves, the accuracy is told, and the
                seconds until then; for a list, one or as many as architectures. Without, the answer is for a
                whole training, whose accuracy is that of its best epoch (official_facts F20).
            threads: Among which a list is shared; answers are the same.

        Returns:
            An `Evaluation`; for a list, `Evaluations`.

        Raises:
            GenotypeError: Not an architecture of the space, or a question for another training, such as one
                of 600 epochs; names its cell, node and edge, and in a list its index.
            ReleaseError: Epochs are asked for, and the release has no learning curves.
            SeedError: A seed is no such integer, or there are not as many as architectures.
        """
        if isinstance(genotype, Genotype) and epochs is None:
            return self._query_one(genotype, seed)
        own = None
        if epochs is None and self._curves is not None:
            genotype = formats.unwrapped(genotype)
            own = partial.epochs_in(genotype, self._curves.epochs)
        genotypes, many = self._read(genotype if own is None else partial.without_epochs(genotype, own))
        answers = (
            self._query_shared(genotypes, seed, threads) if many else self._query_one(genotypes[0], seed)
        )
        if epochs is None and own is None:
            return answers
        model = self._require_curves()
        after = own
        if after is None:
            after = partial.checked_epochs(epochs, len(genotypes), model.epochs, many=many)
        if isinstance(answers, Evaluation):
            return partial.answer_after(int(after[0]), answers, model, _canonical_code(genotypes[0]), seed)
        return partial.answers_after(after, answers, model, canonical(to_codes(genotypes)), seed)

    @overload
    def curve(self, genotype: One, seed: int | np.integer[Any] | None = None) -> LearningCurve: ...
    @overload
    def curve(self, genotype: Many, seed: ArrayLike | None = None) -> LearningCurves: ...
    @overload
    def curve(self, genotype: Column, seed: ArrayLike | None = None) -> LearningCurve | LearningCurves: ...
    def curve(self, genotype: Any, seed: ArrayLike | None = None) -> LearningCurve | LearningCurves:
        """Tell a whole training, epoch by epoch, or a list of them.

        Its best epoch has the accuracy that `query` answers, to the last bit, and each epoch what `query`
        answers with `epochs`. Epochs vary by noise of their own, beside that of the whole training.

        Args:
            genotype: As `query` takes it.
            seed: Training seed to emulate, 0..2^64-1; for a list, one or as many as architectures. Without
                one accuracies are expected ones, of which the best is below the expected accuracy of a best
                epoch.

        Returns:
            A `LearningCurve`; for a list, `LearningCurves`.

        Raises:
            GenotypeError, SeedError: See `query`.
            ReleaseError: The release has no learning curves.
        """
        genotypes, many = self._read(genotype)
        model = self._require_curves()
        if many:
            answers = self._query_many(genotypes, seed)
            behind = model.expected_or_drawn(canonical(to_codes(genotypes)), seed)
            return partial.curves_of(answers.val_accuracy, answers.runtime, behind)
        answer = self._query_one(genotypes[0], seed)
        behind = model.expected_or_drawn(_canonical_code(genotypes[0]), seed)
        return partial.curve_of(answer.val_accuracy, answer.runtime, behind[0])

    #: A benchmark is an objective, see `nb301.optimizers.ManyObjective`; so is its `query`.
    __call__ = query

    def ask_many(self, genotypes: Sequence[Genotype], seed: int) -> Evaluations:
        """Evaluate many architectures with one training seed, as a simulated run asks ahead of their turn."""
        return self._query_many(genotypes, seed)

    def curve_many(self, genotypes: Sequence[Genotype], seed: int) -> LearningCurves:
        """Tell many trainings with one seed, epoch by epoch, in the same way.

        Args:
            genotypes: What was trained.
            seed: Training seed of all, 0..2^64-1.
        """
        return self.curve([*genotypes], seed)

    def read(self, architecture: object) -> Genotype:
        """Read one architecture as `query` does.

        Args:
            architecture: As `query` takes one.

        Raises:
            GenotypeError: See `query`.
        """
        if isinstance(architecture, Genotype):
            return architecture
        epochs, network = self._training
        settings = {"T_max": epochs, "init_channels": network.channels, "layers": network.layers}
        return formats.read(architecture, epochs=epochs, settings=settings)

    @property
    def network(self) -> NetworkShape:
        """The network whose parameters and multiply-adds are counted; the paper's for an unknown truth."""
        return self._training[1]

    def members(self, genotype: object) -> NDArray[np.float64]:
        """Predict with every member on its own.

        Args:
            genotype: As `query` takes it.

        Returns:
            Fractions, shape (members,); for a list of n, shape (members, n).

        Raises:
            GenotypeError: See `query`.
        """
        genotypes, many = self._read(genotype)
        codes = to_codes(genotypes)
        predicted = self.release.surrogate.predict(canonical(codes) if self._asks_canonical else codes)
        return predicted if many else predicted[:, 0]

    @overload
    def familiarity(self, genotype: One) -> Familiarity: ...
    @overload
    def familiarity(self, genotype: Many) -> list[Familiarity]: ...
    @overload
    def familiarity(self, genotype: Column) -> Familiarity | list[Familiarity]: ...
    def familiarity(self, genotype: Any) -> Familiarity | list[Familiarity]:
        """Tell how far an architecture is from those that the release was fitted on, and what to beware of.

        The first call reads the table and measures held-out rows, which takes a second; see
        `releases.familiarity`.

        Args:
            genotype: As `query` takes it.

        Returns:
            One `Familiarity`; for a list, a list of them.

        Raises:
            GenotypeError: See `query`.
            DataMissing: The release's table is not here, and `load` got none; a release of random search's
                rows warns of what these do not reach without it.
            TableError: `load` got another table than the release's.
        """
        genotypes, many = self._read(genotype)
        familiarities = self._surroundings.familiarity(genotypes)
        return familiarities if many else familiarities[0]

    @cached_property
    def _surroundings(self) -> KnownSurroundings:
        from nb301.releases.familiarity import surroundings  # and with it pandas, which queries do without

        return surroundings(self.release.manifest, self._table)

    def _query_shared(
        self, genotypes: Sequence[Genotype], seed: ArrayLike | None, threads: int
    ) -> Evaluations:
        """What `_query_many` gives, by several threads."""
        if not isinstance(threads, int) or threads < 1:
            raise ValueError(f"threads is {shown(threads)}, expected an integer of at least 1")
        n = len(genotypes)
        if threads == 1 or n < 2 * threads:
            return self._query_many(genotypes, seed)
        from concurrent.futures import ThreadPoolExecutor

        self._query_many(genotypes[:1], None)  # reads what all of them need
        parts = [slice(n * k // threads, n * (k + 1) // threads) for k in range(threads)]
        seeds = [seed] * threads
        if seed is not None and _checked_shape(seed, n):
            each = seed if isinstance(seed, np.ndarray) else np.array(seed, dtype=object)
            seeds = [each[part] for part in parts]
        with ThreadPoolExecutor(threads) as pool:
            return joined([*pool.map(self._query_many, [genotypes[part] for part in parts], seeds)])

    def _query_many(self, genotypes: Sequence[Genotype], seed: ArrayLike | None) -> Evaluations:
        written = to_codes(genotypes)
        codes = _canonical_codes(genotypes) if len(genotypes) < _MANY else canonical(written)
        # surrogates on the vector encoding tell isomorphic genotypes apart, unless asked for canonical forms
        asked = codes if self._asks_canonical else written
        mean, std = mean_and_std(self.release.surrogate.predict(asked))
        noise_std = std if self._noise is None else self._noise.std(mean)
        val_accuracy = mean
        if seed is not None:
            _checked_shape(seed, len(mean))
            draws = keyed_normal(keys_of_canonical(codes), seed, Stream.BENCHMARK)
            val_accuracy = np.clip(mean + noise_std * draws, 0.0, 1.0)
        costs = cost_many(codes, self.network)
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

    def _query_one(self, genotype: Genotype, seed: Any) -> Evaluation:
        """What `_query_many` gives for one, to the last bit: numpy's calls would cost more than its sums."""
        code = genotype.canonical_code
        asked = code if self._asks_canonical else genotype.normal.code + genotype.reduce.code
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

    def _require_curves(self) -> CurveModel:
        if self._curves is None:
            raise ReleaseError(
                f"{self.release.name} has no learning curves: its table keeps none, or too few"
            )
        return self._curves

    @cached_property
    def _curves(self) -> CurveModel | None:
        return self.release.curve_model

    def _read(self, genotype: Any) -> tuple[list[Genotype], bool]:
        """The architectures, and whether they came as many."""
        if isinstance(genotype, Genotype):
            return [genotype], False
        genotype = formats.unwrapped(genotype)
        if _are_genotypes(genotype) or (isinstance(genotype, list) and not formats.is_lists(genotype)):
            return [self._read_in_list(entry, index) for index, entry in enumerate(genotype)], True
        return [self.read(genotype)], False

    def _read_in_list(self, architecture: Any, index: int) -> Genotype:
        try:
            return self.read(architecture)
        except GenotypeError as error:
            raise GenotypeError(f"architecture {index}: {error}") from None

    @cached_property
    def _training(self) -> tuple[int, NetworkShape]:
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
    def _asks_canonical(self) -> bool:
        return FAMILIES[self.release.facts.family].asks_canonical

    @cached_property
    def _adds_up(self) -> bool:
        """Whether seconds are a sum over the nodes of canonical forms; an official model's are not."""
        return isinstance(self.release.runtime_model, RuntimeModel)

    @cached_property
    def _frame(self) -> tuple[float, int, int]:
        """Seconds, parameters and multiply-adds that all architectures share."""
        parameters, multiply_adds = cost_tables(self.network).frame.tolist()
        return 0.0, parameters, multiply_adds

    @cached_property
    def _added(self) -> list[dict[bytes, tuple[float, int, int]]]:
        """What each of the eight nodes adds to that, by its four bytes in the code."""
        model = self.release.runtime_model
        # an official model's seconds do not add up over nodes
        seconds = model.seconds.tolist() if isinstance(model, RuntimeModel) else [0.0] * sum(CONFIGURATIONS)
        costs = cost_tables(self.network).nodes.tolist()
        configurations = zip(configuration_codes(), seconds, costs, strict=True)
        added = []
        for count in CONFIGURATIONS:
            node = {}
            for code, second, (parameters, multiply_adds) in islice(configurations, count):
                node[code.tobytes()] = second, parameters, multiply_adds
            added.append(node)
        return added


def load(name: str | Path, *, table: EvaluationTable | None = None) -> Benchmark:
    """Load a release by name, such as `cifar10-gin-rand-v1.0`, or by the path of its folder.

    Every file is checked against the manifest's SHA-256; models are read at the first query.

    Args:
        name: Name or folder.
        table: What the release was fitted on, for `familiarity`; by default looked for among the
            embedded tables.

    Raises:
        UnknownRelease: There is none of that name; lists those there are.
        ReleaseError: It cannot be read: a missing file, a newer format.
        HashMismatch: A file was changed.
    """
    return Benchmark(find(name), table)


def _checked_shape(seed: ArrayLike, n: int) -> tuple[int, ...]:
    """The shape of seeds for n architectures, () of one for all."""
    shape = seeds_shape(seed)
    if shape not in {(), (n,)}:
        raise SeedError(f"{np.size(seed)} seeds for {n} architectures: give one, or one for each")
    return shape


def _canonical_code(genotype: Genotype) -> NDArray[np.uint8]:
    """A canonical genotype as `to_codes` packs it, shape (1, 2, 8, 2)."""
    return np.frombuffer(genotype.canonical_code, dtype=np.uint8).reshape(1, 2, 8, 2)


def _canonical_codes(genotypes: Sequence[Genotype]) -> NDArray[np.uint8]:
    """What `encodings.canonical` gives, one by one."""
    packed = b"".join([genotype.canonical_code for genotype in genotypes])
    return np.frombuffer(packed, dtype=np.uint8).reshape(len(genotypes), 2, 8, 2)


def _are_genotypes(value: Any) -> bool:
    """Whether this is a tuple of what is one architecture each, and no namedtuple."""
    return (
        isinstance(value, tuple)
        and len(value) > 0
        and not hasattr(value, "normal")
        and all(isinstance(entry, (Genotype, str, Mapping)) for entry in value)
    )
