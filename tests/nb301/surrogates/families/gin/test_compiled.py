"""Compiled loops of the GIN: numpy's numbers to the last bit, on every grid, in chunks of any size."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import sample_many, to_codes
from nb301.surrogates.families.gin import file, numpy_net
from nb301.surrogates.members import loops

CODES = to_codes(sample_many(np.random.default_rng(0), 40))


@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize(("members", "scale"), [(1, 1.0), (3, 1.0), (3, 300.0)])
def test_values_are_those_of_numpy(monkeypatch, member, fine, members, scale):
    """So they are where weights are so large that values leave the grid and are kept at its end."""
    pytest.importorskip("numba")
    files = []
    for seed in range(members):
        config, tensors, edges = file.read_member(member(file.Config(), seed))
        larger = {name: tensor * np.float32(scale) for name, tensor in tensors.items()}
        files.append(file.write_member(config, larger, edges))
    surrogate = numpy_net.GINSurrogate(files, fine=fine)
    monkeypatch.setattr(loops, "PAYS", 10**12)
    expected = surrogate.predict(CODES)
    monkeypatch.setattr(loops, "PAYS", 0)
    assert surrogate.predict(CODES).tobytes() == expected.tobytes()
    assert surrogate.predict(CODES[:1]).tobytes() == expected[:, :1].tobytes()
