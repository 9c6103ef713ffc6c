"""DARTS: its gradients of second order."""

import copy

import pytest

torch = pytest.importorskip("torch")

from nb301.optimizers.one_shot import SPACES, darts  # noqa: E402


def test_second_order_differs_and_restores_weights(images, small):
    """The unrolled gradient is near the first-order one at a small step, and leaves the weights alone."""
    supernet = small.supernet()
    before = [weight.detach().clone() for weight in supernet.parameters()]
    train, val = small.batch(images, 16), small.batch(images, 8)
    gradients = [
        darts.Darts(SPACES["darts"], small.generator(), **options).architecture_gradients(
            supernet, train, val, 0.0
        )[0]
        for options in ({}, {"second_order": True}, {"second_order": True, "virtual_rate": 1e-6})
    ]

    first, second, tiny = gradients
    assert not torch.allclose(first, second, rtol=1e-2)
    assert torch.allclose(first, tiny, rtol=1e-2, atol=1e-5)
    for old, new in zip(before, supernet.parameters(), strict=True):
        assert torch.allclose(old, new, atol=1e-5)


def test_unrolled_gradient_is_a_derivative(images, monkeypatch, small):
    """The second-order gradient is that of the validation loss after a step on the training loss."""
    # the published step crosses kinks of ReLU and max pooling; this one is small enough not to
    monkeypatch.setattr(darts, "_FINITE_STEP", 1e-6)
    supernet = small.supernet(SPACES["s2"]).double()
    train, val = (
        (pixels.double(), labels) for pixels, labels in (small.batch(images, 32), small.batch(images, 24))
    )
    searcher = darts.Darts(SPACES["s2"], small.generator(), second_order=True)
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
