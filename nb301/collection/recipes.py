"""What the embedded tables are made of."""

from __future__ import annotations

from collections.abc import Iterator

from nb301.collection.base import EVERYTHING, Collection
from nb301.sources import ROWS_IN_PAPER, SourceKind, sources_of
from nb301.space import PARAMETER_FREE
from nb301.truth.base import is_emulated

#: Epochs that a one-shot search logs a genotype of (Appendix E.1).
_SEARCH_EPOCHS = 50


def _searches() -> Iterator[Collection]:
    """One collection for each search of the one-shot methods; a method's last one takes what is left."""
    for method in sources_of(SourceKind.ONE_SHOT):
        evaluations = ROWS_IN_PAPER[method]
        for run, start in enumerate(range(0, evaluations, _SEARCH_EPOCHS)):
            yield Collection(method, min(_SEARCH_EPOCHS, evaluations - start), seed=0, run=run)


def _emulated_skips() -> Iterator[Collection]:
    """The probes of Appendix D.6, one collection an op."""
    for op in PARAMETER_FREE:
        yield Collection("skip", 360, seed=3017, run=int(op))


def _finds(rounds: int, rows: int) -> Iterator[Collection]:
    """What searches find on a surrogate: each round's is fitted to the rows of those before, too."""
    for run in range(rounds):
        yield Collection("finds", rows, seed=3020 + run, run=run, after=EVERYTHING)


#: What the embedded table of the emulated truth is made of: the paper's numbers of evaluations (Table 2) and
#: its probes, with the settings of Appendix C.3. 30 workers are COMBO's, and DE ran in parallel, too;
#: how many the others had is not said. Finds on a surrogate are not the paper's.
EMULATED = (
    Collection("rs", ROWS_IN_PAPER["rs"], seed=3010),
    Collection("de", ROWS_IN_PAPER["de"], seed=3011, workers=30),
    Collection("re", ROWS_IN_PAPER["re"], seed=3012, settings={"population_size": 3000, "sample_size": 100}),
    Collection("tpe", ROWS_IN_PAPER["tpe"], seed=3013),
    Collection("bananas", ROWS_IN_PAPER["bananas"], seed=3014),
    Collection("combo", ROWS_IN_PAPER["combo"], seed=3015, workers=30),
    *_searches(),
    Collection("low_par", ROWS_IN_PAPER["low_par"], seed=3016),
    *_emulated_skips(),
    Collection("topology", 1800, seed=3018),
    # with the DE run's own, seed 1, five trainings of each (Section 3.3)
    Collection("seeds", 2000, seed=3019, training_seed=2, after="de"),
    *_finds(rounds=4, rows=1200),
)

#: Trainings of one stack: with as many workers the stacked trainer is fastest.
_STACK = 64
_PROBES = 72


def _real_skips() -> Iterator[Collection]:
    """Probes of Appendix D.6, one collection an op."""
    # more architectures, not more variants of them: they are what intervals are over
    settings = {"bases": 8, "repeats": 1}
    for op in PARAMETER_FREE:
        yield Collection("skip", _PROBES, seed=3017, run=int(op), workers=_PROBES, settings=settings)


def _more_seeds() -> Iterator[Collection]:
    """Architectures of random search with four more seeds, one collection a seed."""
    for seed in range(2, 6):
        yield Collection(
            "seeds",
            200,
            seed=3019,
            run=seed,
            workers=67,  # three stacks
            training_seed=seed,
            after="rs",
            settings={"architectures": 200, "times": 1},
        )


#: What a small table of real trainings is made of: random search and regularized evolution, 200 of the
#: former's architectures with four more seeds, and the probes of D.6 and of poorly performing regions.
#: Each seed is a collection of its own, so that they are trained at once.
REAL_V1 = (
    Collection("rs", 640, seed=3010, workers=_STACK),
    Collection("re", 320, seed=3012, workers=_STACK, settings={"population_size": 100, "sample_size": 10}),
    *_real_skips(),
    Collection("low_par", 64, seed=3016, workers=_STACK),
    *_more_seeds(),
)


def recipe_of(truth: str) -> tuple[Collection, ...]:
    """What the table of a ground truth, such as `emulated 2.0`, is made of.

    Args:
        truth: Name and version, as tables note them.

    Returns:
        Its collections in the order in which they are run.
    """
    return EMULATED if is_emulated(truth) else REAL_V1
