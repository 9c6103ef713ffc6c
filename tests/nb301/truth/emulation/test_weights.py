"""The data file of weights has what the terms need."""

from __future__ import annotations

import numpy as np

from nb301.truth.emulation.terms import SIZES
from nb301.truth.emulation.weights import weights


def test_every_term_has_an_integer_weight():
    """Each kind has a weight for every term, and a 0 at the end for none."""
    fitted = weights()
    assert {kind: len(values) - 1 for kind, values in fitted.terms.items()} == dict(SIZES)
    assert all(values[-1] == 0 for values in fitted.terms.values())
    assert fitted.beyond_free.shape == (14,)
    assert fitted.runtime_edges.shape == (SIZES["edges"],)
    assert fitted.components_edges.shape == (2, SIZES["edges"])
    arrays = [*fitted.terms.values(), fitted.beyond_free, fitted.runtime_edges, fitted.components_edges]
    assert all(np.issubdtype(values.dtype, np.integer) for values in arrays)


def test_curves_are_given_from_the_first_to_the_last_epoch():
    """Epochs ascend from 1 to 98, and at the last one nothing is behind."""
    fitted = weights()
    assert fitted.epochs[0] == 1
    assert fitted.epochs[-1] == 98
    assert (np.diff(fitted.epochs) > 0).all()
    assert fitted.behind[-1] == 0
    assert (fitted.components[:, -1] == 0).all()
