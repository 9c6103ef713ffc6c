"""The benchmark: an architecture in, an `Evaluation` out, from a frozen release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import formats, partial
from nb301.answers import Answers, canonical_code_of
from nb301.cost import NetworkShape
from nb301.encodings import canonical
from nb301.errors import GenotypeError, ReleaseError
from nb301.evaluations import Evaluation, Evaluations
from nb301.formats import Column, Many, One
from nb301.learning_curves import LearningCurve, LearningCurves
from nb301.pictured import Pictured
from nb301.releases import Release, find
from nb301.space import Genotype, to_codes

if TYPE_CHECKING:
    from nb301.releases.familiarity import Familiarity, KnownSurroundings
    from nb301.surrogates.curves import CurveModel
    from nb301.tables.schema import EvaluationTable


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
        self._answers = Answers(release)

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
            return self._answers.one(genotype, seed)
        own = None
        if epochs is None and self._curves is not None:
            genotype = formats.unwrapped(genotype)
            own = partial.epochs_in(genotype, self._curves.epochs)
        genotypes, many = self._read(genotype if own is None else partial.without_epochs(genotype, own))
        answers = (
            self._answers.shared(genotypes, seed, threads) if many else self._answers.one(genotypes[0], seed)
        )
        if epochs is None and own is None:
            return answers
        model = self._require_curves()
        after = own
        if after is None:
            after = partial.checked_epochs(epochs, len(genotypes), model.epochs, many=many)
        if isinstance(answers, Evaluation):
            return partial.answer_after(int(after[0]), answers, model, canonical_code_of(genotypes[0]), seed)
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
            answers = self._answers.many(genotypes, seed)
            behind = model.expected_or_drawn(canonical(to_codes(genotypes)), seed)
            return partial.curves_of(answers.val_accuracy, answers.runtime, behind)
        answer = self._answers.one(genotypes[0], seed)
        behind = model.expected_or_drawn(canonical_code_of(genotypes[0]), seed)
        return partial.curve_of(answer.val_accuracy, answer.runtime, behind[0])

    #: A benchmark is an objective, see `nb301.optimizers.ManyObjective`; so is its `query`.
    __call__ = query

    def ask_many(self, genotypes: Sequence[Genotype], seed: int) -> Evaluations:
        """Evaluate many architectures with one training seed, as a simulated run asks ahead of their turn."""
        return self._answers.many(genotypes, seed)

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
        epochs, network = self._answers.training
        settings = {"T_max": epochs, "init_channels": network.channels, "layers": network.layers}
        return formats.read(architecture, epochs=epochs, settings=settings)

    @property
    def network(self) -> NetworkShape:
        """The network whose parameters and multiply-adds are counted; the paper's for an unknown truth."""
        return self._answers.training[1]

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
        predicted = self.release.surrogate.predict(
            canonical(codes) if self._answers.asks_canonical else codes
        )
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

    def _require_curves(self) -> CurveModel:
        if self._curves is None:
            raise ReleaseError(
                f"{self.release.name} has no learning curves: its table keeps none, or too few;"
                " embedded releases called emulated-* have them"
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


def _are_genotypes(value: Any) -> bool:
    """Whether this is a tuple of what is one architecture each, and no namedtuple."""
    return (
        isinstance(value, tuple)
        and len(value) > 0
        and not hasattr(value, "normal")
        and all(isinstance(entry, (Genotype, str, Mapping)) for entry in value)
    )
