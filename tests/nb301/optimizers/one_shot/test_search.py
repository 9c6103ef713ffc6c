"""Weight-sharing searches: logs, warm-up, and what cannot be built."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import run_search  # noqa: E402
from nb301.optimizers.one_shot.search import METHODS  # noqa: E402
from nb301.space import Genotype, Op  # noqa: E402


@pytest.mark.parametrize("method", METHODS)
def test_search_gives_a_genotype_an_epoch(method, images, small):
    """Equal seeds give equal logs, other seeds others, and no global random state is touched."""
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002

    first, again, other = (
        run_search(method, seed, images, small.settings(method, epochs=2)) for seed in (0, 0, 1)
    )

    assert len(first.genotypes) == len(first.train_loss) == len(first.val_loss) == 2
    assert all(isinstance(genotype, Genotype) for genotype in first.genotypes)
    assert first == again
    assert first.genotypes != other.genotypes
    assert torch.equal(states[0], torch.get_rng_state())
    assert (states[1] == np.random.get_state()[1]).all()  # noqa: NPY002


@pytest.mark.parametrize("method", METHODS)
def test_s2_space_has_two_ops(method, images, small):
    """On S2 every method finds only skip connections and 3x3 separable convolutions."""
    genotype = run_search(method, 0, images, small.settings(method, space="s2")).genotypes[-1]

    ops = {edge.op for cell in (genotype.normal, genotype.reduce) for edge in cell.edges}
    assert ops <= {Op.skip_connect, Op.sep_conv_3x3}


def test_architecture_rests_in_warm_up(images, small):
    """Before warm-up ends the genotype is that of the initial logits, and a head start has no epochs."""
    settings = small.settings("darts", epochs=4, warm_up=2, head_start=3)

    genotypes = run_search("darts", 0, images, settings).genotypes

    assert genotypes[0] == genotypes[1]
    assert genotypes[1] != genotypes[3]


def test_search_learns(images, small):
    """The training loss falls."""
    losses = run_search("darts", 0, images, small.settings("darts", epochs=8, batch=32, steps=3)).train_loss

    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize(
    ("method", "changes", "message"),
    [
        ("enas", {}, "no one-shot method 'enas', expected one of darts, pc_darts"),
        ("pc_darts", {"channels": 6}, "6 channels cannot be split into 4 equal parts"),
        ("darts", {"cells": "nx"}, "cells are 'nx'"),
    ],
)
def test_refuses_what_cannot_be_built(method, changes, message, images, small):
    """Unknown methods, channels and cells are refused with what is allowed."""
    with pytest.raises(ValueError, match=message):
        run_search(method, 0, images, small.settings(method, **changes))
