"""The GIN that torch fits: equal to its torch-geometric form, steered by every option."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torch_geometric")
from torch_geometric.data import Batch  # noqa: E402

from nb301.metrics import r2  # noqa: E402
from nb301.space import sample_many, to_codes  # noqa: E402
from nb301.surrogates.families.gin import family, file, numpy_net, torch_fit  # noqa: E402
from nb301.surrogates.members.base import Examples  # noqa: E402
from tests import gin_geometric  # noqa: E402

CODES = to_codes(sample_many(np.random.default_rng(0), 40))
#: Half of the ops matter, so that there is something to learn.
TARGET = 0.9 + 0.005 * (CODES[:, 0, :, 1] >= 3).sum(axis=1)
OFFICIAL = file.Config(hidden_dim=24, num_layers=8)  # official_facts F12
SMALL = file.Config(hidden_dim=6, num_layers=3, batch_size=16, epochs=2, least_steps=0)


@pytest.mark.parametrize("config", [file.Config(), OFFICIAL, SMALL, replace(SMALL, num_layers=1)])
def test_equals_its_torch_geometric_form(config, network, member):
    """The dense network and its numpy form give what message passing with scattered sums gives."""
    data = member(config)
    plain = gin_geometric.PlainGIN(config).load_member(file.read_member(data)[1]).eval()
    with torch.no_grad():
        expected = plain(Batch.from_data_list(gin_geometric.to_data(CODES))).numpy()
        dense = network(config).logits(torch_fit.GraphBatch.of(CODES), training=False).sigmoid().numpy()
    assert expected.std() > 1e-5
    np.testing.assert_allclose(dense, expected, atol=1e-6)
    np.testing.assert_allclose(
        numpy_net.GINSurrogate([data], fine=True).predict(CODES)[0], expected, atol=1e-5
    )


def test_trains_as_its_torch_geometric_form(network):
    """In training, with the batch's own statistics, outputs and gradients are equal, too."""
    made = network(SMALL)
    tensors = {name: tensor.numpy() for name, tensor in made.state().items()}
    plain = gin_geometric.PlainGIN(SMALL).load_member(tensors).train()
    expected = plain(Batch.from_data_list(gin_geometric.to_data(CODES)))
    dense = made.logits(torch_fit.GraphBatch.of(CODES), training=True).sigmoid()
    np.testing.assert_allclose(dense.detach().numpy(), expected.detach().numpy(), atol=1e-5)
    expected.sum().backward()
    dense.sum().backward()
    ops = np.stack([conv.ops.weight.grad.numpy() for conv in plain.layers])
    np.testing.assert_allclose(made.weights["layer.ops"].grad.numpy(), ops, atol=1e-4)


def test_has_the_official_number_of_weights():
    """The network with the official sizes is the official one: 39,681 weights (official_facts F12)."""
    plain = gin_geometric.PlainGIN(OFFICIAL)
    assert sum(weight.numel() for weight in plain.parameters()) == 39_681
    generator = torch.Generator().manual_seed(0)
    weights = torch_fit.TorchGIN(OFFICIAL, generator).weights
    assert sum(weight.numel() for weight in weights.values()) == 39_681


def test_learns(fitted):
    """Enough epochs explain the architectures that were fitted."""
    config = replace(SMALL, epochs=60, restore_best=False, pairwise_ranking_loss=False)
    predicted = numpy_net.GINSurrogate([fitted(config)]).predict(CODES[:32])[0]
    assert r2(TARGET[:32], predicted) > 0.5


def test_few_examples_are_fitted_for_more_epochs(fitted):
    """A fit takes `least_steps` at least: ten of two batches are five epochs."""
    seen = []
    fitted(replace(SMALL, least_steps=10), report=lambda epoch, _: seen.append(epoch))
    assert seen == [1, 2, 3, 4, 5]


def test_touches_nothing_global(fitted):
    """Fitting seeds no global generator and leaves torch's threads as they were."""
    states = torch.get_rng_state(), torch.get_num_threads()
    fitted(replace(SMALL, dropout_prob=0.2))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert torch.get_num_threads() == states[1]


def test_seeds_differ_and_repeat(fitted):
    """A seed decides weights, batches and dropout, and nothing else does."""
    config = replace(SMALL, dropout_prob=0.2)
    assert fitted(config, seed=1) == fitted(config, seed=1)
    assert fitted(config, seed=1) != fitted(config, seed=2)


@pytest.mark.parametrize(
    "option",
    [
        {"shuffle": False},
        {"pairwise_ranking_loss": False},
        {"loss_log_transform": False},
        {"dropout_prob": 0.5},
        {"warm_up": 0.0},
        {"ranking_margin": 0.001},
    ],
)
def test_options_change_the_fit(option, fitted):
    """Every option of the loss and the schedule has an effect on the weights."""
    assert file.read_member(fitted(SMALL))[1]["type"].tobytes() != (
        file.read_member(fitted(replace(SMALL, **option)))[1]["type"].tobytes()
    )


def test_keeps_the_best_epoch_or_the_last(fitted):
    """With `restore_best` the member has the lowest reported error, without it the last one (F14)."""
    config = replace(SMALL, epochs=12, learning_rate=0.05, warm_up=0.9)
    for restore_best in (True, False):
        errors = []
        data = fitted(
            replace(config, restore_best=restore_best), report=lambda _, e, seen=errors: seen.append(e)
        )
        predicted = numpy_net.GINSurrogate([data], fine=True).predict(CODES[32:])[0]
        error = np.abs(np.log1p(-predicted) - np.log1p(-TARGET[32:])).mean()
        assert min(errors) < errors[-1]
        assert error == pytest.approx(min(errors) if restore_best else errors[-1], rel=1e-3)


def test_stops_after_patience(fitted):
    """A fit ends once the stop set's error has not fallen for `patience` epochs."""
    seen = []
    config = replace(SMALL, epochs=30, patience=2, learning_rate=0.05)
    fitted(config, report=lambda _, error: seen.append(error))
    assert len(seen) < 30
    assert int(np.argmin(seen)) == len(seen) - 3


def test_a_perfect_accuracy_is_no_infinity():
    """A target of 1 leaves errors and weights finite."""
    examples = Examples(CODES, np.ones(len(CODES)))
    errors = []
    data = family.fit(examples, examples, 0, asdict(SMALL), lambda _, error: errors.append(error))
    assert np.isfinite(errors).all()
    assert np.isfinite(numpy_net.GINSurrogate([data]).predict(CODES)).all()
