"""GINs in numpy: equal bits in any order, blind to the names of nodes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nb301 import list_releases, tables
from nb301.errors import ReleaseError
from nb301.metrics import r2
from nb301.releases import find
from nb301.space import NODES, Cell, Genotype, sample_many, to_codes
from nb301.surrogates import FAMILIES
from nb301.surrogates.families.gin import file, numpy_net
from nb301.tables.splits import stratified_split

CODES = to_codes(sample_many(np.random.default_rng(0), 40))
SMALL = file.Config(hidden_dim=6, num_layers=3, batch_size=16, epochs=2, least_steps=0)


@pytest.fixture(scope="module")
def surrogate(files):
    """Three members with weights drawn at random."""
    return numpy_net.GINSurrogate(files)


@pytest.mark.parametrize("name", [name for name in list_releases() if "-gin-" in name])
def test_the_coarse_grid_costs_no_accuracy(name, request):
    """Embedded members explain unseen architectures in float32 as well as in float64: R2 to 0.001."""
    release = find(name)
    table_name = f"{release.manifest.table.name}-v{release.manifest.table.version}"
    if table_name in tables.names():
        table = tables.load(table_name)
    else:
        table = request.getfixturevalue("random_search_table")
    rows = stratified_split(table, release.manifest.seed).test
    truth, codes = table.rows["val_accuracy"].to_numpy()[rows], table.codes[rows]
    files = [(release.folder / file).read_bytes() for file in FAMILIES["gin"].files(10)]
    coarse, fine = (numpy_net.GINSurrogate(files, fine=fine).predict(codes) for fine in (False, True))
    assert 0 < np.abs(coarse - fine).max() < 5e-3
    assert abs(r2(truth, coarse.mean(axis=0)) - r2(truth, fine.mean(axis=0))) < 1e-3


@pytest.mark.parametrize(("fine", "edges"), [(False, "own"), (True, "own"), (None, "official")])
@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_sums_are_equal_in_any_order(monkeypatch, fine, edges, scale, member):
    """Products that are summed the other way round, each rounded, give the same bits: no sum rounds.

    So they do where weights are so large that values leave the grid and are kept at its end.
    """
    config, tensors, _ = file.read_member(member(file.Config()))
    larger = {name: tensor * np.float32(scale) for name, tensor in tensors.items()}
    data = file.write_member(config, larger, edges)
    surrogate = numpy_net.GINSurrogate([data], fine=fine)
    predicted = surrogate.predict(CODES)

    def backwards(x, weight, out):
        out[...] = np.cumsum((x[..., None] * weight[:, None])[:, :, ::-1], axis=2)[:, :, -1]

    monkeypatch.setattr(np, "matmul", backwards)
    np.testing.assert_array_equal(surrogate.predict(CODES), predicted)
    assert np.isfinite(predicted).all()


def test_wide_networks_take_the_fine_grid(member):
    """Beyond 32 values a node float32 has too few bits for the weights; the default width has enough."""
    for width, fine in ((24, False), (32, False), (33, True)):
        data = member(replace(SMALL, hidden_dim=width))
        same, other = (numpy_net.GINSurrogate([data], fine=kind).predict(CODES) for kind in (fine, not fine))
        predicted = numpy_net.GINSurrogate([data]).predict(CODES)
        np.testing.assert_array_equal(predicted, same)
        assert (predicted != other).any()


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


def test_single_and_batch_are_equal_at_full_size(member):
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


def test_refuses_members_of_different_shapes(files, member):
    """Members are evaluated together, so that they need one shape; none at all is refused, too."""
    with pytest.raises(ReleaseError, match="members need one shape"):
        numpy_net.GINSurrogate([*files, member(replace(SMALL, hidden_dim=7))])
    with pytest.raises(ReleaseError, match="at least one member"):
        numpy_net.GINSurrogate([])
