"""Architectures as clients have them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import formats
from nb301.compat.nasbench301 import representations
from nb301.errors import CompatError, GenotypeError
from nb301.space import Genotype


@given(st.from_type(Genotype))
def test_representations_agree(genotype):
    """A namedtuple, its configuration, and what a converter makes of it, are read alike."""
    darts = representations.Genotype(*formats.to_darts(genotype))
    config = representations.convert_genotype_to_config(darts)

    assert config == formats.to_config(genotype)
    assert representations.read(darts, "genotype") == genotype
    assert representations.read(genotype, "genotype") == genotype
    assert representations.read(config, "configspace") == genotype


def test_what_is_concatenated_is_not_looked_at(darts_genotype):
    """Officially it is not: some clients have 2 to 6 there, or nothing at all."""
    expected = representations.read(darts_genotype, "genotype")
    for concat in ([2, 3, 4, 5, 6], range(2, 6), None, "anything"):
        changed = darts_genotype._replace(normal_concat=concat, reduce_concat=concat)
        assert representations.read(changed, "genotype") == expected
    bare = SimpleNamespace(normal=darts_genotype.normal, reduce=darts_genotype.reduce)
    assert representations.read(bare, "genotype") == expected


def test_configurations_are_dicts_or_have_one(darts_genotype):
    """ConfigSpace before 1.0 has `get_dictionary`; settings of the training are passed over."""
    config = representations.convert_genotype_to_config(darts_genotype)
    config |= {"NetworkSelectorDatasetInfo:darts:layers": 20, "OptimizerSelector:sgd:momentum": 0.1}
    old = SimpleNamespace(get_dictionary=lambda: config)

    assert representations.read(old, "configspace") == representations.read(config, "configspace")
    assert representations.read(config, "configspace") == representations.read(darts_genotype, "genotype")


def test_what_is_no_architecture_is_said(darts_genotype):
    """The errors are those of nb301, and name what would be right."""
    config = representations.convert_genotype_to_config(darts_genotype)
    with pytest.raises(GenotypeError, match="the representation is 'configspace'"):
        representations.read(config, "genotype")
    with pytest.raises(GenotypeError, match="the representation is 'genotype'"):
        representations.read(darts_genotype, "configspace")
    with pytest.raises(GenotypeError, match="normal cell: expected eight"):
        representations.read(darts_genotype._replace(normal=[]), "genotype")
    config.pop("NetworkSelectorDatasetInfo:darts:edge_normal_0")
    with pytest.raises(GenotypeError, match="is missing"):
        representations.read(config, "configspace")


def test_bananas_is_told_another_way(darts_genotype):
    """BANANAS' pairs are not read, officially neither."""
    with pytest.raises(CompatError, match=r"make .* pairs, and ask with 'genotype'"):
        representations.read(darts_genotype, "BANANAS")


def test_operations_are_in_the_official_order():
    """F3."""
    assert " ".join(representations.OPS) == (
        "max_pool_3x3 avg_pool_3x3 skip_connect sep_conv_3x3 sep_conv_5x5 dil_conv_3x3 dil_conv_5x5"
    )
