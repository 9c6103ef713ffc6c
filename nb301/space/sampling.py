"""Genotypes drawn uniformly from the space."""

from __future__ import annotations

import numpy as np

from nb301.errors import GeneratorError, shown
from nb301.space.codes import from_codes
from nb301.space.edges import INPUT_PAIRS, Op, is_integer
from nb301.space.genotypes import Genotype


def sample(rng: np.random.Generator) -> Genotype:
    """Draw one genotype uniformly from all 180^2 * 7^16 (the paper's random search).

    Args:
        rng: Where the draws come from.

    Raises:
        GeneratorError: `rng` is no `numpy.random.Generator`.
    """
    return sample_in_turn(rng, 1)[0]


def sample_in_turn(rng: np.random.Generator, n: int) -> list[Genotype]:
    """Draw what `n` calls of `sample` draw, in less time.

    Args:
        rng: Where the draws come from.
        n: How many.
    """
    check_generator(rng)
    drawn = rng.integers(_CHOICES, size=(n, len(_CHOICES)))
    codes = np.empty((n, 2, 8, 2), dtype=np.uint8)
    # both cells' pairs node by node, then the ops of one cell after the other, as `sample_many` draws
    pairs = _ALL_PAIRS.take(drawn[:, :8] + _FIRST_PAIRS, axis=0).reshape(n, 4, 2, 2)
    codes[..., 0] = pairs.swapaxes(1, 2).reshape(n, 2, 8)
    codes[..., 1] = drawn[:, 8:].reshape(n, 2, 8)
    return from_codes(codes)


#: By node, its pairs of inputs, shape (pairs, 2); all of them, and where each of both cells' nodes begins.
_PAIRS = {node: np.array(pairs, dtype=np.uint8) for node, pairs in INPUT_PAIRS.items()}
_ALL_PAIRS = np.concatenate([*_PAIRS.values()])
_FIRST_PAIRS = np.repeat(np.cumsum([0, *map(len, _PAIRS.values())])[:-1], 2)
#: Out of how many each number of a genotype is drawn.
_CHOICES = np.repeat([*map(len, INPUT_PAIRS.values()), len(Op)], [2, 2, 2, 2, 16])


def sample_many(rng: np.random.Generator, n: int) -> list[Genotype]:
    """Draw `n` independent genotypes uniformly from all 180^2 * 7^16.

    Args:
        rng: Where the draws come from; others than `n` calls of `sample` take.
        n: How many.

    Raises:
        GeneratorError: `rng` is no `numpy.random.Generator`.
    """
    check_generator(rng)
    codes = np.empty((n, 2, 8, 2), dtype=np.uint8)
    for node, pairs in _PAIRS.items():
        codes[:, :, 2 * node - 4 : 2 * node - 2, 0] = pairs[rng.integers(len(pairs), size=(n, 2))]
    codes[..., 1] = rng.integers(len(Op), size=(n, 2, 8))
    return from_codes(codes)


def check_generator(rng: object) -> None:
    """Refuse what is no generator, such as a seed, before it gives an AttributeError somewhere below.

    Args:
        rng: Anything.

    Raises:
        GeneratorError: `rng` is no `numpy.random.Generator`; says how to make one.
    """
    if not isinstance(rng, np.random.Generator):
        seed = rng if is_integer(rng) else 0
        raise GeneratorError(
            f"expected a numpy Generator, such as np.random.default_rng({shown(seed)}), got {shown(rng)}"
        )
