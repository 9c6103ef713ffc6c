"""The supernet and the five weight-sharing methods."""

import copy
import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")
functional = torch.nn.functional

from nb301.images.labelled import Images  # noqa: E402
from nb301.optimizers.one_shot import SPACES, SearchSettings, collect, darts, run_search  # noqa: E402
from nb301.optimizers.one_shot.network import Mixture, Supernet  # noqa: E402
from nb301.optimizers.one_shot.random_ws import one_genotype  # noqa: E402
from nb301.optimizers.one_shot.search import METHODS  # noqa: E402
from nb301.optimizers.one_shot.searches import logged_searches  # noqa: E402
from nb301.space import FIRST_EDGE, Genotype, Op, sample  # noqa: E402
from nb301.threads import one_thread  # noqa: E402


@pytest.fixture(autouse=True)
def _single_thread():
    with one_thread():
        yield


@pytest.fixture(scope="module")
def images():
    """Random images whose class is where they are bright."""
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=64)
    pixels = rng.normal(size=(64, 1, 8, 8)).astype(np.float32)
    pixels[np.arange(64), 0, 2 * labels] += 2
    return Images(pixels, labels, classes=4)


def _settings(method, **changes):
    channels = 4 if method == "pc_darts" else 2
    return SearchSettings(
        **{"epochs": 1, "steps": 2, "batch": 8, "warm_up": 0, "channels": channels} | changes
    )


def _generator(seed=0):
    return torch.Generator().manual_seed(seed)


def _supernet(ops=SPACES["darts"], cells="nr", channels=4, partial=1, seed=0):
    return Supernet(ops, cells, channels, 1, 4, _generator(seed), partial)


def _batch(images, n=8):
    return torch.from_numpy(images.pixels[:n]), torch.from_numpy(images.labels[:n])


def _even(ops, requires_grad=False):
    weights = torch.full((2, 14, len(ops)), 1 / len(ops)).requires_grad_(requires_grad)
    return Mixture(weights, torch.ones(2, 14))


@pytest.mark.parametrize("method", METHODS)
def test_search_gives_a_genotype_an_epoch(method, images):
    """Equal seeds give equal logs, other seeds others, and no global random state is touched."""
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002

    first, again, other = (
        run_search(method, seed, images, _settings(method, epochs=2)) for seed in (0, 0, 1)
    )

    assert len(first.genotypes) == len(first.train_loss) == len(first.val_loss) == 2
    assert all(isinstance(genotype, Genotype) for genotype in first.genotypes)
    assert first == again
    assert first.genotypes != other.genotypes
    assert torch.equal(states[0], torch.get_rng_state())
    assert (states[1] == np.random.get_state()[1]).all()  # noqa: NPY002


@pytest.mark.parametrize("method", METHODS)
def test_s2_space_has_two_ops(method, images):
    """On S2 every method finds only skip connections and 3x3 separable convolutions."""
    genotype = run_search(method, 0, images, _settings(method, space="s2")).genotypes[-1]

    ops = {edge.op for cell in (genotype.normal, genotype.reduce) for edge in cell.edges}
    assert ops <= {Op.skip_connect, Op.sep_conv_3x3}


@pytest.mark.parametrize("method", [name for name in METHODS if name != "random_ws"])
def test_architecture_gradients_flow(method, images):
    """The loss on the architecture half has a gradient for every edge of both cells."""
    searcher = METHODS[method](SPACES[METHODS[method].space], _generator())
    supernet = _supernet(searcher.ops, partial=searcher.partial)

    gradients = searcher.architecture_gradients(supernet, _batch(images), _batch(images), 0.5)

    assert len(gradients) == len(searcher.parameters)
    for gradient, parameter in zip(gradients, searcher.parameters, strict=True):
        assert gradient.shape == parameter.shape
        moved = gradient if gradient.dim() == 2 else gradient.abs().sum(-1)
        # GDAS passes no gradient where it drew `none`
        assert (moved != 0).float().mean() > (0.6 if method == "gdas" else 0.99)
    assert all(weight.grad is None for weight in supernet.parameters())


def test_architecture_rests_in_warm_up(images):
    """Before warm-up ends the genotype is that of the initial logits, and a head start has no epochs."""
    settings = _settings("darts", epochs=4, warm_up=2, head_start=3)

    genotypes = run_search("darts", 0, images, settings).genotypes

    assert genotypes[0] == genotypes[1]
    assert genotypes[1] != genotypes[3]


def test_search_learns(images):
    """The training loss falls."""
    losses = run_search("darts", 0, images, _settings("darts", epochs=8, batch=32, steps=3)).train_loss

    assert losses[-1] < 0.7 * losses[0]


def test_second_order_differs_and_restores_weights(images):
    """The unrolled gradient is near the first-order one at a small step, and leaves the weights alone."""
    supernet = _supernet()
    before = [weight.detach().clone() for weight in supernet.parameters()]
    train, val = _batch(images, 16), _batch(images, 8)
    gradients = [
        darts.Darts(SPACES["darts"], _generator(), **options).architecture_gradients(
            supernet, train, val, 0.0
        )[0]
        for options in ({}, {"second_order": True}, {"second_order": True, "virtual_rate": 1e-6})
    ]

    first, second, tiny = gradients
    assert not torch.allclose(first, second, rtol=1e-2)
    assert torch.allclose(first, tiny, rtol=1e-2, atol=1e-5)
    for old, new in zip(before, supernet.parameters(), strict=True):
        assert torch.allclose(old, new, atol=1e-5)


def test_unrolled_gradient_is_a_derivative(images, monkeypatch):
    """The second-order gradient is that of the validation loss after a step on the training loss."""
    # the published step crosses kinks of ReLU and max pooling; this one is small enough not to
    monkeypatch.setattr(darts, "_FINITE_STEP", 1e-6)
    supernet = _supernet(SPACES["s2"]).double()
    train, val = ((pixels.double(), labels) for pixels, labels in (_batch(images, 32), _batch(images, 24)))
    searcher = darts.Darts(SPACES["s2"], _generator(), second_order=True)
    searcher.logits = searcher.logits.detach().double().requires_grad_()

    (gradient,) = searcher.architecture_gradients(supernet, train, val, 0.0)

    for edge in (0, 5, 13):
        slope = _unrolled_slope(searcher, supernet, train, val, (0, edge, 0))
        assert gradient[0, edge, 0].item() == pytest.approx(slope, rel=1e-4)


def _unrolled_slope(searcher, supernet, train, val, index, size=1e-6):
    ends = []
    for move in (size, -size):
        stepped = copy.deepcopy(supernet)
        with torch.no_grad():
            searcher.logits[index] += move
        loss = searcher.loss(stepped, train, 0.0)
        steps = torch.autograd.grad(loss, list(stepped.parameters()))
        with torch.no_grad():
            for weight, step in zip(stepped.parameters(), steps, strict=True):
                weight.sub_(searcher.virtual_rate * step)
            ends.append(searcher.loss(stepped, val, 0.0).item())
            searcher.logits[index] -= move
    return (ends[0] - ends[1]) / (2 * size)


def test_stacked_edges_are_the_sum_of_ops():
    """The stacked, fused ops of an edge give the sum of DARTS' own ops, each computed on its own."""
    edges = _supernet().cells[0].sources[4]
    x = torch.randn(6, 4, 8, 8, generator=_generator(1))
    weights = torch.rand(8, generator=_generator(2))
    mixture = Mixture(weights.expand(2, 14, 8), torch.ones(2, 14))

    (mixed,) = edges(x, mixture, 0)

    assert torch.allclose(mixed, _darts_ops(edges, x, weights), atol=1e-4)


def _darts_ops(edges, x, weights):
    def norm(y):
        return functional.batch_norm(y, None, None, training=True)

    def convolved(stack, y):
        y = functional.relu(y)
        y = functional.conv2d(y, stack.depthwise, None, 1, stack.padding, stack.dilation, groups=4)
        return norm(functional.conv2d(y, stack.pointwise))

    total = weights[1] * norm(functional.max_pool2d(x, 3, 1, 1))
    total = total + weights[2] * norm(functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False))
    total = total + weights[3] * x
    for number, stack in enumerate(edges.stacks):
        y = convolved(stack, x)
        y = convolved(edges.repeats[number], y) if number < 2 else y
        total = total + weights[4 + number] * y
    return total


def test_pc_darts_mixes_a_quarter_of_the_channels():
    """Without ops the other three quarters pass through, weighted by their edge."""
    edges = _supernet(partial=4, channels=8).cells[0].sources[4]
    x = torch.randn(2, 8, 8, 8, generator=_generator(1))
    mixture = Mixture(torch.zeros(2, 14, 8), torch.full((2, 14), 0.25))

    (output,) = edges(x, mixture, 0)

    # channels are shuffled so that every fourth has been mixed
    mixed, passed = output[:, ::4], output.unflatten(1, (2, 4))[:, :, 1:]
    assert (mixed == 0).all()
    assert torch.allclose(passed, 0.25 * x[:, 2:].unflatten(1, (3, 2)).transpose(1, 2))


def test_pc_darts_normalises_edges():
    """The weights of the edges into a node sum to 1."""
    mixture = METHODS["pc_darts"](SPACES["darts"], _generator()).mixture(0.0)

    sums = [mixture.edges[:, first : first + node].sum(1) for node, first in FIRST_EDGE.items()]
    assert torch.allclose(torch.stack(sums), torch.ones(4, 2))


def test_gdas_draws_one_op_an_edge():
    """Weights are one-hot at any temperature, and draws differ from step to step."""
    gdas = METHODS["gdas"](SPACES["darts"], _generator())
    draws = [gdas.mixture(progress).ops for progress in (0.0, 0.5, 0.98)]

    for weights in draws:
        assert torch.equal(weights, (weights > 0.5).float())
        assert torch.equal(weights.sum(-1), torch.ones(2, 14))
    assert not torch.equal(draws[0], draws[1])


def test_gdas_passes_gradients_through_the_drawn_op_alone():
    """A loss that looks at ops that were not drawn moves nothing."""
    gdas = METHODS["gdas"](SPACES["darts"], _generator())
    weights = gdas.mixture(0.9).ops

    (gradient,) = torch.autograd.grad((weights * (weights == 0)).sum(), gdas.logits, retain_graph=True)
    (drawn,) = torch.autograd.grad(weights.sum(), gdas.logits)

    assert (gradient == 0).all()
    assert (drawn != 0).any()


def test_drnas_draws_from_the_simplex():
    """Draws are positive, sum to 1, and concentrate on the op with the largest logit."""
    drnas = METHODS["drnas"](SPACES["no_none"], _generator())
    with torch.no_grad():
        drnas.logits[..., 3] = 50.0

    weights = drnas.mixture(0.0).ops

    assert (weights > 0).all()
    assert torch.allclose(weights.sum(-1), torch.ones(2, 14))
    assert weights[..., 3].mean() > 0.8


def test_random_ws_trains_one_genotype():
    """A mixture has the 16 edges of a genotype, and the network runs those only."""
    genotype = sample(np.random.default_rng(0))
    weights = one_genotype(genotype, SPACES["no_none"]).ops

    assert weights.sum().item() == 16
    found = {
        (cell, FIRST_EDGE[e.target] + e.source, int(e.op))
        for cell, part in enumerate((genotype.normal, genotype.reduce))
        for e in part.edges
    }
    assert found == {tuple(index.tolist()) for index in weights.nonzero()}


@pytest.mark.parametrize(("space", "cells"), [("darts", "nr"), ("s2", "rn"), ("no_none", "nrnr")])
def test_supernet_shapes(space, cells):
    """Any order of cells and any ops give finite logits and gradients for every weight."""
    ops = SPACES[space]
    supernet = _supernet(ops, cells)

    logits = supernet(torch.randn(3, 1, 8, 8, generator=_generator(1)), _even(ops))

    assert logits.shape == (3, 4)
    gradients = torch.autograd.grad(logits.square().sum(), list(supernet.parameters()))
    assert all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize(
    ("method", "changes", "message"),
    [
        ("enas", {}, "no one-shot method 'enas', expected one of darts, pc_darts"),
        ("pc_darts", {"channels": 6}, "6 channels cannot be split into 4 equal parts"),
        ("darts", {"cells": "nx"}, "cells are 'nx'"),
    ],
)
def test_refuses_what_cannot_be_built(method, changes, message, images):
    """Unknown methods, channels and cells are refused with what is allowed."""
    with pytest.raises(ValueError, match=message):
        run_search(method, 0, images, _settings(method, **changes))


def test_collects_whole_files_once(tmp_path, monkeypatch, images):
    """A search becomes one file; a second call runs nothing again."""
    recipe = collect.SearchRecipe(
        method="gdas", searches=2, images="random", settings=_settings("gdas", space="s2")
    )
    monkeypatch.setattr(collect, "RECIPES", (recipe,))
    monkeypatch.setattr(collect, "_images", lambda _name: images)
    done = []

    collect.collect_one_shot(tmp_path, progress=done.append)
    monkeypatch.setattr(collect, "run_search", None)
    collect.collect_one_shot(tmp_path)

    assert [path.name for path in done] == ["gdas-s2-00.json", "gdas-s2-01.json"]
    record = json.loads(done[0].read_text())
    assert tuple(record[k] for k in ("method", "space", "seed", "images")) == ("gdas", "s2", 0, "random 8x8")
    assert collect.package_searches(tmp_path, tmp_path / "packed.json") == []


def test_files_name_images_as_the_packaged_searches_do(tmp_path, monkeypatch, images):
    """A search that is run again gives the packaged bytes, which spell Fashion-MNIST in their own way."""
    settings = _settings("gdas", space="s2")
    recipe = collect.Recipe(method="gdas", searches=1, images="fashion-mnist", settings=settings)
    monkeypatch.setattr(collect, "RECIPES", (recipe,))
    monkeypatch.setattr(collect, "_images", lambda _name: images)
    collect.collect_one_shot(tmp_path)

    named = json.loads((tmp_path / "gdas-s2-00.json").read_text())["images"]
    assert named == "fashion_mnist 8x8"
    assert {search.images for search in logged_searches()} == {named, "digits 8x8"}


def test_plan_is_balanced():
    """Any first part of the plan has its share of each recipe."""
    plan = collect.planned()

    assert sum(recipe.searches for recipe in collect.RECIPES) == len(plan) == len(set(plan))
    quarter = [search.method for search in plan[: len(plan) // 4]]
    assert 8 <= quarter.count("pc_darts") <= 9
    assert {"drnas"} == {search.method for search in collect.planned(["drnas"], [0, 1])}
