"""Tests of `validation.measures.landmarks`."""

from __future__ import annotations

import pytest

from nb301 import formats
from nb301.errors import Nb301Error
from nb301.space import Op
from validation.claims import claims_of, load_claims
from validation.measures import landmarks


def test_differences_are_those_of_the_prediction(real, answering):
    """With its sign, and without."""
    mean, _ = real.predictor.predict([formats.read("DARTS_V2")])
    over = landmarks.overrated(real, "DARTS_V2", 0.95)
    assert over.value == pytest.approx(mean[0] - 0.95)
    assert over.value < 0
    far = landmarks.distance(real, "DARTS_V2", 0.95)
    assert (far.value, far.also) == (-over.value, over.also)
    assert over.also["std"] > 1e-3  # a training's noise is in it
    higher = landmarks.overrated(answering(lambda mean: mean + 0.01), "DARTS_V2", 0.95)
    assert higher.value == pytest.approx(over.value + 0.01)


def test_the_all_skip_cell_is_darts_with_skips():
    """As the published prediction has it: the edges of DARTS' cells, all of them skip connections."""
    claims = {claim.id: claim for claim in claims_of("CIFAR-10 training, last epoch")}
    skips = formats.read(claims["all_skip_cell"].parameters["genotype"])
    darts = formats.read(claims["darts_cell"].parameters["genotype"])
    for ours, theirs in ((skips.normal, darts.normal), (skips.reduce, darts.reduce)):
        assert ours.count(Op.skip_connect) == 8
        assert [edge.source for edge in ours.edges] == [edge.source for edge in theirs.edges]
    # published predictions, in percent, less what the last epoch loses
    assert claims["darts_cell"].parameters["accuracy"] == pytest.approx(0.94167 - 0.0015)
    assert claims["all_skip_cell"].parameters["accuracy"] == pytest.approx(0.88166 - 0.0015)


def test_what_cannot_be_read_is_no_claim(tmp_path):
    """A genotype that is none is an error where claims are read."""
    path = tmp_path / "claims.toml"
    path.write_text(
        '[cell]\nstatement = "s"\nmeasure = "landmarks.overrated"\nsymbol = "s"\nthreshold = 0.0\n'
        'direction = "at_most"\nsource = "s"\nreason = "r"\ntrained_on = ["all-data"]\n'
        'parameters = { genotype = "DARTS", accuracy = 0.9 }\n',
        encoding="utf-8",
    )
    with pytest.raises(Nb301Error, match=r"claim cell: .*DARTS"):
        load_claims(path)
