"""The network on the path encoding: torch's own predictions, in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nb301.encodings import PATH_BITS, path_bits
from nb301.errors import ReleaseError
from nb301.metrics import r2
from nb301.space import sample_many, to_codes
from nb301.surrogates.families import mlp
from nb301.surrogates.members.arrays import unpack
from nb301.surrogates.members.base import Examples

SMALL = {**mlp.HYPERPARAMETERS, "layers": 3, "width": 8, "epochs": 3}


def examples(seed, n):
    """Random genotypes; targets that are linear in the numbers of their ops."""
    codes = to_codes(sample_many(np.random.default_rng(seed), n))
    return Examples(codes, 0.90 + 0.01 * codes[..., 1].mean(axis=(1, 2)))


def reference(data, bits):
    """The network as torch's layers on all bits, in double precision."""
    arrays = {name: torch.from_numpy(a).double() for name, a in unpack(data, "test", mlp._LAYOUT).items()}
    x = torch.from_numpy(bits).double()
    for matrix, bias in zip([arrays["first"], *arrays["hidden"]], arrays["bias"], strict=True):
        x = torch.relu(torch.nn.functional.linear(x, matrix.T, bias))
    return torch.sigmoid(x @ arrays["last"] + arrays["last_bias"]).numpy()


@pytest.mark.parametrize("without_last_edge", [False, True])
@pytest.mark.parametrize("layers", [1, 2, 17])
def test_predicts_what_torch_predicts(layers, without_last_edge):
    """Networks of any depth, on both encodings, on rows that they have not seen."""
    settings = {**SMALL, "layers": layers, "without_last_edge": without_last_edge}
    files = [mlp.fit(examples(0, 200), examples(1, 40), seed, settings) for seed in (1, 2)]
    codes = examples(2, 150).codes
    bits = path_bits(codes, without_last_edge=without_last_edge)
    for data, predicted in zip(files, mlp.MLPSurrogate(files).predict(codes), strict=True):
        np.testing.assert_allclose(predicted, reference(data, bits), rtol=0, atol=1e-6)


def test_training_sees_what_prediction_sees():
    """The error that training reports is that of the file's predictions."""
    stop, seen = examples(1, 40), []
    data = mlp.fit(examples(0, 200), stop, 0, SMALL, lambda _, error: seen.append(error))
    predicted = mlp.MLPSurrogate([data]).predict(stop.codes)[0]
    loss = np.abs(np.log(1 - predicted) / np.log(1 - stop.target) - 1).mean()
    assert loss == pytest.approx(min(seen), rel=1e-4)


def test_learns():
    """Some epochs on few rows explain a part of what is linear in the ops, on rows not seen."""
    settings = {**SMALL, "layers": 1, "width": 16, "epochs": 30, "batch_size": 32}
    data, test = mlp.fit(examples(0, 1500), examples(1, 100), 0, settings), examples(2, 200)
    assert r2(test.target, mlp.MLPSurrogate([data]).predict(test.codes)[0]) > 0.3


def test_stops_when_nothing_improves():
    """Training ends after `patience` epochs without improvement, with the best weights."""
    seen = []
    settings = {**SMALL, "epochs": 50, "patience": 2, "learning_rate": 1.0}
    mlp.fit(examples(0, 100), examples(1, 40), 0, settings, lambda _, error: seen.append(error))
    assert len(seen) < 50
    assert int(np.argmin(seen)) == len(seen) - 3


def test_table_7_reaches_the_network(monkeypatch):
    """17 layers of 31, and Adam's first step with Table 7's rate, on batches of 122."""
    steps = []

    class Spy(torch.optim.Adam):
        def __init__(self, weights, lr):
            super().__init__(weights, lr=lr)
            steps.append((lr, [tuple(w.shape) for w in weights]))

    sizes = []
    loss = mlp._loss
    monkeypatch.setattr(mlp, "_loss", lambda logit, goal: (sizes.append(len(goal)), loss(logit, goal))[1])
    monkeypatch.setattr(torch.optim, "Adam", Spy)
    data = mlp.fit(examples(0, 200), examples(1, 40), 0, {**mlp.HYPERPARAMETERS, "epochs": 1})
    assert steps == [(0.0021, [(PATH_BITS + 1, 31), (16, 31, 31), (17, 31), (31,), ()])]
    assert sizes == [122, 78, 40]
    assert unpack(data, "test", mlp._LAYOUT)["bias"].shape == (17, 31)


def test_leaves_torch_as_it_was():
    """Training moves neither torch's global generator nor its number of threads."""
    before = torch.get_rng_state(), torch.get_num_threads()
    mlp.fit(examples(0, 20), examples(1, 20), 0, {**SMALL, "epochs": 1})
    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.get_num_threads() == before[1]


@pytest.mark.parametrize("change", [{"width": 9}, {"layers": 2}, {"without_last_edge": True}], ids=str)
def test_refuses_members_of_different_shapes(change):
    """Members are evaluated together, so that they must be of one shape."""
    files = [
        mlp.fit(examples(0, 20), examples(1, 20), 0, {**SMALL, "epochs": 1, **more}) for more in ({}, change)
    ]
    with pytest.raises(ReleaseError, match="one shape on one encoding"):
        mlp.MLPSurrogate(files)
