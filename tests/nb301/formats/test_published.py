"""Published genotypes by name."""

from __future__ import annotations

import pytest

from nb301 import formats
from nb301.errors import GenotypeError
from nb301.formats.published import PUBLISHED
from nb301.space import Genotype


@pytest.mark.parametrize("name", PUBLISHED)
def test_reads_published_names(name):
    """A published genotype has its authors' name, in any spelling."""
    genotype = Genotype.parse(PUBLISHED[name])
    for spelling in (name, name.lower(), name.replace("_", "-"), f" {name}\n"):
        assert formats.read(spelling) == genotype


def test_published_genotypes_are_those_of_their_papers(darts_v2):
    """DARTS' and GDAS' are as their authors print them; aliases mean CIFAR-10's."""
    assert formats.read("DARTS_V2") == formats.read(darts_v2)
    assert formats.read("GDAS") == formats.read(
        "Genotype(normal=[(('skip_connect', 0), ('skip_connect', 1)), "
        "(('skip_connect', 0), ('sep_conv_5x5', 2)), "
        "(('sep_conv_3x3', 3), ('skip_connect', 0)), (('sep_conv_5x5', 4), ('sep_conv_3x3', 3))], "
        "normal_concat=[2, 3, 4, 5], reduce=[(('sep_conv_5x5', 0), ('sep_conv_3x3', 1)), "
        "(('sep_conv_5x5', 2), ('sep_conv_5x5', 1)), (('dil_conv_5x5', 2), ('sep_conv_3x3', 1)), "
        "(('sep_conv_5x5', 0), ('sep_conv_5x5', 1))], reduce_concat=[2, 3, 4, 5], "
        "connectN=None, connects=None)"
    )
    assert formats.read("PC-DARTS") == formats.read("PC_DARTS_cifar")
    assert formats.read("DrNAS") == formats.read("DrNAS_cifar10")
    with pytest.raises(GenotypeError, match="DARTS_V1, DARTS_V2"):
        formats.read("DARTS")  # has meant both
