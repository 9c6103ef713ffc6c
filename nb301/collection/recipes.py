"""What the embedded tables are made of."""

from __future__ import annotations

from nb301.collection.collect import Collection
from nb301.space import PARAMETER_FREE
from nb301.truth.base import is_emulated

#: Epochs that a one-shot search logs a genotype of (Appendix E.1).
_SEARCH_EPOCHS = 50
#: Evaluations of the one-shot methods (Table 2; random_ws: official_facts F30).
_ONE_SHOT = {"darts": 2053, "pc_darts": 1588, "drnas": 947, "gdas": 234, "random_ws": 198}


def _searches(method: str, evaluations: int) -> list[Collection]:
    """One collection a search; the last one takes what is left."""
    return [
        Collection(method, min(_SEARCH_EPOCHS, evaluations - start), seed=0, run=run)
        for run, start in enumerate(range(0, evaluations, _SEARCH_EPOCHS))
    ]


#: What the embedded table `emulated-v1.0` is made of: the paper's numbers of evaluations (Table 2) and
#: its probes, with the settings of Appendix C.3. 30 workers are COMBO's, and DE ran in parallel, too;
#: how many the others had is not said.
EMULATED_V1 = (
    Collection("rs", 23746, seed=3010),
    Collection("de", 7275, seed=3011, workers=30),
    Collection("re", 4639, seed=3012, settings={"population_size": 3000, "sample_size": 100}),
    Collection("tpe", 6741, seed=3013),
    Collection("bananas", 2243, seed=3014),
    Collection("combo", 745, seed=3015, workers=30),
    *(search for method, evaluations in _ONE_SHOT.items() for search in _searches(method, evaluations)),
    Collection("low_par", 1000, seed=3016),
    *(Collection("skip", 360, seed=3017, run=int(op)) for op in PARAMETER_FREE),
    Collection("topology", 1800, seed=3018),
    # with the DE run's own, seed 1, five trainings of each (Section 3.3)
    Collection("seeds", 2000, seed=3019, training_seed=2, after="de"),
)

#: Trainings of one stack: with as many workers the stacked trainer is fastest.
_STACK = 64
_PROBES = 72

#: What a small table of real trainings is made of: random search and regularized evolution, 200 of the
#: former's architectures with four more seeds, and the probes of D.6 and of poorly performing regions.
#: Each seed is a collection of its own, so that they are trained at once.
REAL_V1 = (
    Collection("rs", 640, seed=3010, workers=_STACK),
    Collection("re", 320, seed=3012, workers=_STACK, settings={"population_size": 100, "sample_size": 10}),
    *(
        Collection(
            "skip",
            _PROBES,
            seed=3017,
            run=int(op),
            workers=_PROBES,
            # more architectures, not more variants of them: they are what intervals are over
            settings={"bases": 8, "repeats": 1},
        )
        for op in PARAMETER_FREE
    ),
    Collection("low_par", 64, seed=3016, workers=_STACK),
    *(
        Collection(
            "seeds",
            200,
            seed=3019,
            run=seed,
            workers=67,  # three stacks
            training_seed=seed,
            after="rs",
            settings={"architectures": 200, "times": 1},
        )
        for seed in range(2, 6)
    ),
)


def recipe_of(truth: str) -> tuple[Collection, ...]:
    """What the table of a ground truth, such as `emulated 1.0`, is made of."""
    return EMULATED_V1 if is_emulated(truth) else REAL_V1
