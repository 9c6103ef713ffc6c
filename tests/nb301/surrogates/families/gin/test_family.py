"""GIN: equal to its torch-geometric form, blind to the names of nodes, strict about its files."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
pytest.importorskip("torch_geometric")
from torch_geometric.data import Batch  # noqa: E402

from nb301 import list_releases, tables  # noqa: E402
from nb301.errors import ReleaseError  # noqa: E402
from nb301.metrics import r2  # noqa: E402
from nb301.releases import find  # noqa: E402
from nb301.space import NODES, Cell, Genotype, sample_many, to_codes  # noqa: E402
from nb301.surrogates import FAMILIES  # noqa: E402
from nb301.surrogates.families.gin import family, file, numpy_net, torch_fit  # noqa: E402
from nb301.surrogates.members.base import Examples  # noqa: E402
from nb301.tables.splits import stratified_split  # noqa: E402
from tests import gin_geometric  # noqa: E402

CODES = to_codes(sample_many(np.random.default_rng(0), 40))
#: Half of the ops matter, so that there is something to learn.
TARGET = 0.9 + 0.005 * (CODES[:, 0, :, 1] >= 3).sum(axis=1)
OFFICIAL = file.Config(hidden_dim=24, num_layers=8)  # official_facts F12
SMALL = file.Config(hidden_dim=6, num_layers=3, batch_size=16, epochs=2, least_steps=0)


def network(config, seed=0):
    """A network whose running statistics have seen some graphs, unlike those of a fresh one."""
    made = torch_fit.TorchGIN(config, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for weight in made.weights.values():
            weight.add_(torch.empty_like(weight).normal_(0, 0.1, generator=made.generator))
        for _ in range(5):
            made.logits(torch_fit.GraphBatch.of(CODES), training=True)
    return made


def member(config, seed=0):
    """A member's file with such weights, not fitted to anything."""
    state = network(config, seed).state()
    return file.write_member(config, {name: tensor.numpy() for name, tensor in state.items()})


def fitted(config, seed=3, rows=slice(0, 32), report=None):
    """A member's file, fitted on 32 of the 40 architectures."""
    stop = Examples(CODES[32:], TARGET[32:])
    return family.fit(Examples(CODES[rows], TARGET[rows]), stop, seed, asdict(config), report)


@pytest.fixture(scope="module")
def files():
    """Three members of one shape."""
    return [member(SMALL, seed) for seed in range(3)]


@pytest.fixture(scope="module")
def surrogate(files):
    """Three members with weights drawn at random."""
    return numpy_net.GINSurrogate(files)


@pytest.mark.parametrize("config", [file.Config(), OFFICIAL, SMALL, replace(SMALL, num_layers=1)])
def test_equals_its_torch_geometric_form(config):
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


@pytest.mark.parametrize("name", [name for name in list_releases() if "-gin-" in name])
def test_the_coarse_grid_costs_no_accuracy(name):
    """Embedded members explain unseen architectures in float32 as well as in float64: R2 to 0.001."""
    release = find(name)
    table = tables.load(f"{release.manifest.table.name}-v{release.manifest.table.version}")
    rows = stratified_split(table, release.manifest.seed).test
    truth, codes = table.rows["val_accuracy"].to_numpy()[rows], table.codes[rows]
    files = [(release.folder / file).read_bytes() for file in FAMILIES["gin"].files(10)]
    coarse, fine = (numpy_net.GINSurrogate(files, fine=fine).predict(codes) for fine in (False, True))
    assert 0 < np.abs(coarse - fine).max() < 5e-3
    assert abs(r2(truth, coarse.mean(axis=0)) - r2(truth, fine.mean(axis=0))) < 1e-3


@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_sums_are_equal_in_any_order(monkeypatch, fine, scale):
    """Products that are summed the other way round, each rounded, give the same bits: no sum rounds.

    So they do where weights are so large that values leave the grid and are kept at its end.
    """
    config, tensors = file.read_member(member(file.Config()))
    data = file.write_member(config, {name: tensor * np.float32(scale) for name, tensor in tensors.items()})
    surrogate = numpy_net.GINSurrogate([data], fine=fine)
    predicted = surrogate.predict(CODES)

    def backwards(x, weight, out):
        out[...] = np.cumsum((x[..., None] * weight[:, None])[:, :, ::-1], axis=2)[:, :, -1]

    monkeypatch.setattr(np, "matmul", backwards)
    np.testing.assert_array_equal(surrogate.predict(CODES), predicted)
    assert np.isfinite(predicted).all()


def test_wide_networks_take_the_fine_grid():
    """Beyond 32 values a node float32 has too few bits for the weights; the default width has enough."""
    for width, fine in ((24, False), (32, False), (33, True)):
        data = member(replace(SMALL, hidden_dim=width))
        same, other = (numpy_net.GINSurrogate([data], fine=kind).predict(CODES) for kind in (fine, not fine))
        found = numpy_net.GINSurrogate([data]).predict(CODES)
        np.testing.assert_array_equal(found, same)
        assert (found != other).any()


def test_trains_as_its_torch_geometric_form():
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


def renamed(cell, order):
    """The cell with its intermediate nodes in another order, or itself where that is no cell."""
    names = {0: 0, 1: 1} | {node: NODES[place] for node, place in zip(NODES, order, strict=True)}
    edges = [(names[edge.source], names[edge.target], edge.op) for edge in cell.edges]
    if any(source >= target for source, target, _ in edges):
        return cell
    return Cell.from_edges(edges)


@settings(max_examples=40)
@given(st.from_type(Genotype), st.permutations(range(4)), st.permutations(range(4)))
def test_ignores_the_names_of_nodes(surrogate, genotype, normal_order, reduce_order):
    """Isomorphic genotypes get one prediction: the same in canonical form, nearly so in any other."""
    other = Genotype(renamed(genotype.normal, normal_order), renamed(genotype.reduce, reduce_order))
    one, two = (surrogate.predict(to_codes([g]))[:, 0] for g in (genotype, other))
    np.testing.assert_allclose(one, two, atol=1e-5)
    one, two = (surrogate.predict(to_codes([g.canonical()]))[:, 0] for g in (genotype, other))
    np.testing.assert_array_equal(one, two)


def test_some_genotypes_have_other_names():
    """The property above is not void: renaming does change codes."""
    cell = Cell.from_edges([(s, t, "skip_connect") for t in NODES for s in (0, 1)])
    edges = [(*edge[:2], "sep_conv_3x3") if edge.target == 2 else edge for edge in cell.edges]
    cell = Cell.from_edges(edges)
    assert renamed(cell, (1, 0, 2, 3)) != cell


def test_ops_matter_edge_by_edge(surrogate):
    """Another op on any edge, or another source, changes the prediction (not so with bug F9)."""
    base = Genotype.from_edges(*[[(s, t, "skip_connect") for t in NODES for s in (0, 1)]] * 2)
    codes = np.repeat(to_codes([base]), 17, axis=0)
    for edge in range(16):
        codes.reshape(17, 16, 2)[edge, edge, 1] = 3
    predicted = surrogate.predict(codes)
    assert (np.abs(predicted[:, :16] - predicted[:, 16:]) > 1e-7).all()


def test_single_and_batch_are_equal_at_full_size():
    """Ten members of the default shape: the same bits alone, in a batch, and in another order."""
    surrogate = numpy_net.GINSurrogate([member(file.Config(), seed) for seed in range(10)])
    batch = surrogate.predict(CODES)
    np.testing.assert_array_equal(surrogate.predict(CODES[::-1])[:, ::-1], batch)
    for row in (0, 15, 16, 39):
        np.testing.assert_array_equal(surrogate.predict(CODES[row : row + 1])[:, 0], batch[:, row])


def test_members_keep_their_order_and_own_weights(files, surrogate):
    """Each member predicts what it predicts on its own."""
    together = surrogate.predict(CODES)
    for number, data in enumerate(files):
        np.testing.assert_array_equal(numpy_net.GINSurrogate([data]).predict(CODES)[0], together[number])
    assert len({row.tobytes() for row in together}) == 3


def test_predicting_needs_no_torch(files, tmp_path):
    """Members are read and evaluated without torch, which only fits them."""
    path = tmp_path / "member"
    path.write_bytes(files[0])
    code = """
import sys, pathlib, numpy
from nb301.space import sample_many, to_codes
from nb301.surrogates import FAMILIES
surrogate = FAMILIES["gin"].load([pathlib.Path(sys.argv[1]).read_bytes()])
assert surrogate.predict(to_codes(sample_many(numpy.random.default_rng(0), 2))).shape == (1, 2)
assert not {"torch", "torch_geometric", "scipy"} & {*sys.modules}
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


def test_learns():
    """Enough epochs explain the architectures that were fitted."""
    config = replace(SMALL, epochs=60, restore_best=False, pairwise_ranking_loss=False)
    predicted = numpy_net.GINSurrogate([fitted(config)]).predict(CODES[:32])[0]
    assert r2(TARGET[:32], predicted) > 0.5


def test_few_examples_are_fitted_for_more_epochs():
    """A fit takes `least_steps` at least: ten of two batches are five epochs."""
    seen = []
    fitted(replace(SMALL, least_steps=10), report=lambda epoch, _: seen.append(epoch))
    assert seen == [1, 2, 3, 4, 5]


def test_touches_nothing_global():
    """Fitting seeds no global generator and leaves torch's threads as they were."""
    states = torch.get_rng_state(), torch.get_num_threads()
    fitted(replace(SMALL, dropout_prob=0.2))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert torch.get_num_threads() == states[1]


def test_seeds_differ_and_repeat():
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
def test_options_change_the_fit(option):
    """Every option of the loss and the schedule has an effect on the weights."""
    assert file.read_member(fitted(SMALL))[1]["type"].tobytes() != (
        file.read_member(fitted(replace(SMALL, **option)))[1]["type"].tobytes()
    )


def test_keeps_the_best_epoch_or_the_last():
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


def test_stops_after_patience():
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


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"depth": 3}, "no hyperparameter 'depth'"),
        ({"hidden_dim": 0}, "hidden_dim is 0, expected an integer of at least 1"),
        ({"hidden_dim": 2.5}, "hidden_dim is 2.5, expected int"),
        ({"shuffle": 1}, "shuffle is 1, expected bool"),
        ({"dropout_prob": 1.0}, "dropout_prob is 1.0, expected at least 0 and less than 1"),
    ],
)
def test_names_the_wrong_hyperparameter(values, message):
    """A hyperparameter that is unknown, of another type or out of range is named with its value."""
    with pytest.raises(ValueError, match=message):
        family.fit(Examples(CODES, TARGET), Examples(CODES, TARGET), 0, values)


def changed(data, **about):
    """The member's file with other metadata."""
    config, tensors = file.read_member(data)
    entry = {"format": 2, "hyperparameters": asdict(config)} | about
    return safetensors.numpy.save(tensors, {"gin": json.dumps(entry)})


def test_refuses_broken_files(files):
    """A file that is cut off, of another kind, too new, or of wrong shapes says what is wrong."""
    config, tensors = file.read_member(files[0])
    small = {name: tensor for name, tensor in tensors.items() if name != "layer.eps"}
    broken = {
        "no whole safetensors file": [b"", b"{}", files[0][:-1], files[0][:100], bytes(200)],
        "no metadata 'gin'": [safetensors.numpy.save(tensors), changed(files[0], hyperparameters=3)],
        "format 3, not 2: upgrade nb301": [changed(files[0], format=3)],
        "format 1, not 2: freeze the release anew": [changed(files[0], format=1)],
        "tensor type holds numbers that are not finite": [
            file.write_member(config, tensors | {"type": np.full_like(tensors["type"], value)})
            for value in (np.nan, np.inf)
        ],
        "num_layers is 0": [changed(files[0], hyperparameters={"num_layers": 0})],
        "tensor 'degree' is": [file.write_member(file.Config(), tensors)],
        "tensor 'layer.eps' is None": [file.write_member(config, small)],
        "float64": [file.write_member(config, {k: v.astype(np.float64) for k, v in tensors.items()})],
    }
    for message, examples in broken.items():
        for data in examples:
            with pytest.raises(ReleaseError, match=f"member 1: .*{message}"):
                numpy_net.GINSurrogate([files[0], data])


def test_refuses_members_of_different_shapes(files):
    """Members are evaluated together, so that they need one shape; none at all is refused, too."""
    with pytest.raises(ReleaseError, match="members need one shape"):
        numpy_net.GINSurrogate([*files, member(replace(SMALL, hidden_dim=7))])
    with pytest.raises(ReleaseError, match="at least one member"):
        numpy_net.GINSurrogate([])
