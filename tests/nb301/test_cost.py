"""Parameters and multiply-adds: published values, and a count by walking the layer list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nb301 import formats
from nb301.cost import CIFAR10_NETWORK, Cost, NetworkShape, cost, cost_many, cost_tables
from nb301.encodings import configuration_codes
from nb301.errors import CostError
from nb301.space import Cell, Genotype, Op, sample, sample_many, to_codes

GENOTYPES = st.from_type(Genotype)
SIZES = {Op.sep_conv_3x3: 3, Op.sep_conv_5x5: 5, Op.dil_conv_3x3: 3, Op.dil_conv_5x5: 5}


class Layers:
    """Adds up the layers of a network one by one; sizes are heights of outputs."""

    def __init__(self):
        self.parameters = self.multiply_adds = 0

    def conv(self, c_in, c_out, kernel, size, groups=1, bias=0):
        weights = c_out * (c_in // groups) * kernel * kernel
        self.parameters += weights + bias * c_out
        self.multiply_adds += weights * size * size

    def bn(self, channels):
        self.parameters += 2 * channels

    def conv_bn(self, c_in, c_out, kernel, size):
        self.conv(c_in, c_out, kernel, size)
        self.bn(c_out)

    def factorized_reduce(self, c_in, c_out, size):
        self.conv(c_in, c_out // 2, 1, size)
        self.conv(c_in, c_out // 2, 1, size)
        self.bn(c_out)

    def op(self, op, c, size, stride):
        if op in SIZES:
            for _ in range(2 if op.name.startswith("sep") else 1):
                self.conv(c, c, SIZES[op], size, groups=c)
                self.conv_bn(c, c, 1, size)
        elif op is Op.skip_connect and stride == 2:
            self.factorized_reduce(c, c, size)


def walk(genotype, network):
    """The counts of official_facts F22's network, layer by layer; for image sizes that halve evenly."""
    net, c, size = Layers(), network.channels, network.image_size
    net.conv_bn(3, 3 * c, 3, size)
    c_before, c_last, reduced = 3 * c, 3 * c, False
    auxiliary = 0
    for index in range(network.layers):
        reduces = index in (network.layers // 3, 2 * network.layers // 3)
        cell = genotype.reduce if reduces else genotype.normal
        c *= 2 if reduces else 1
        if reduced:
            net.factorized_reduce(c_before, c, size)
        else:
            net.conv_bn(c_before, c, 1, size)
        net.conv_bn(c_last, c, 1, size)
        size //= 2 if reduces else 1
        for edge in cell.edges:
            net.op(edge.op, c, size, 2 if reduces and edge.source < 2 else 1)
        c_before, c_last, reduced = c_last, 4 * c, reduces
        if network.auxiliary and index == 2 * network.layers // 3:
            auxiliary = 128 * c_last + 2 * 128 + 768 * 128 * 4 + 2 * 768 + (768 + 1) * network.classes
    parameters = net.parameters + auxiliary + (c_last + 1) * network.classes
    return Cost(parameters, net.multiply_adds + c_last * network.classes)


def test_golden_official_result(official_result):
    """The official sample has the recorded number of parameters, 6,369,358 (official_facts F23)."""
    config = official_result["optimized_hyperparamater_config"]
    prefix = formats.CONFIG_PREFIX
    network = NetworkShape(channels=config[f"{prefix}init_channels"], layers=config[f"{prefix}layers"])
    parameters, _ = cost(formats.from_config(config), network)
    assert parameters == official_result["info"][0]["model_parameters"] == 6_369_358


def test_golden_auxiliary_head():
    """The auxiliary head of the paper's network has 468,234 parameters and no multiply-adds (F23)."""
    genotype = sample(np.random.default_rng(0))
    with_head, without = cost(genotype), cost(genotype, NetworkShape(auxiliary=False))
    assert with_head.parameters - without.parameters == 468_234
    assert with_head.multiply_adds == without.multiply_adds


def test_golden_darts(darts_v2):
    """DARTS' second-order cell at its evaluation size has the 3.349342 MB that DARTS' own code prints."""
    parameters, _ = cost(formats.read(darts_v2), NetworkShape(channels=36, layers=20, auxiliary=False))
    assert parameters == 3_349_342


def test_default_network_is_the_papers():
    """By default 32 channels, 8 cells, 32x32 images, 10 classes and the auxiliary head (F5)."""
    assert NetworkShape() == CIFAR10_NETWORK == NetworkShape(32, 8, 32, 10, auxiliary=True)
    assert CIFAR10_NETWORK.reductions == (2, 5)


@given(
    GENOTYPES,
    st.builds(
        NetworkShape,
        channels=st.integers(1, 50),
        layers=st.integers(1, 20),
        image_size=st.integers(1, 16).map(lambda n: 4 * n),
        classes=st.integers(1, 200),
        auxiliary=st.booleans(),
    ),
)
def test_counts_what_a_walk_over_the_layers_counts(genotype, network):
    """Both counts are those of the layer list, for any network whose image can be halved twice."""
    assert cost(genotype, network) == walk(genotype, network)


def test_many_equal_one_by_one():
    """Counting many architectures gives the counts of each."""
    genotypes = sample_many(np.random.default_rng(0), 100)
    expected = [[*cost(genotype)] for genotype in genotypes]
    assert cost_many(to_codes(genotypes)).tolist() == expected
    assert cost_many(to_codes([])).shape == (0, 2)


@given(GENOTYPES)
def test_canonical_form_costs_the_same(genotype):
    """Renaming nodes changes no count."""
    assert cost(genotype) == cost(genotype.canonical())


@pytest.mark.parametrize("name", ["channels", "layers", "image_size", "classes"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "32", True, None])
def test_refuses_networks_of_no_size(name, value):
    """Each number of a network is an integer of at least 1; the error names the one that is not."""
    with pytest.raises(CostError, match=f"{name} is .*at least 1"):
        NetworkShape(**{name: value})


def uniform_cell(op):
    return Cell.from_edges((source, node, op) for node in (2, 3, 4, 5) for source in (0, 1))


@pytest.mark.parametrize("image_size", [30, 33])
def test_refuses_to_halve_odd_images(image_size):
    """A skip connection across a reduction cannot halve an odd height; the error says so."""
    skips = Genotype(uniform_cell(Op.sep_conv_3x3), uniform_cell(Op.skip_connect))
    with pytest.raises(CostError, match=f"odd height.*image size {image_size}"):
        cost(skips, NetworkShape(image_size=image_size))


@pytest.mark.parametrize("op", [Op.max_pool_3x3, Op.sep_conv_3x3])
@pytest.mark.parametrize("size", [31, 33])
def test_pools_and_convolutions_take_odd_images(op, size):
    """A network of one cell without skips halves any height, rounding up; its parameters do not change."""
    genotype = Genotype(uniform_cell(op), uniform_cell(op))
    found = cost(genotype, NetworkShape(image_size=size, layers=1))
    even = cost(genotype, NetworkShape(image_size=32, layers=1))
    assert found.parameters == even.parameters
    assert (found.multiply_adds > even.multiply_adds) is (size > 32)


def test_knows_what_can_be_built():
    """Everything, where images can be halved; elsewhere no skip that reads an input of a reduction cell."""
    assert cost_tables().can_be_built.all()
    tables = cost_tables(NetworkShape(image_size=33, layers=1))
    codes = configuration_codes()
    skips_an_input = ((codes[:, ::2] < 2) & (codes[:, 1::2] == Op.skip_connect)).any(axis=1)
    is_reduction = np.arange(len(codes)) >= len(codes) // 2
    np.testing.assert_array_equal(tables.can_be_built, ~(skips_an_input & is_reduction))
    assert (tables.nodes >= 0).all()
