"""Genotypes that papers published, by the names that the authors' code gives them.

"DARTS" alone is none of them: it meant the first-order genotype at first, and means the second-order one now.
"""

from __future__ import annotations

import re

#: By name, the genotype as text; each is in the `genotypes.py` of the repository that is named.
PUBLISHED = {
    # Liu et al. (2019b), first and second order: yuhuixu1993/PC-DARTS and D-X-Y/AutoDL-Projects have both
    "DARTS_V1": (
        "normal:sep_conv_3x3@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1"
        "/skip_connect@0+sep_conv_3x3@1/sep_conv_3x3@0+skip_connect@2,"
        "reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@0+skip_connect@2"
        "/max_pool_3x3@0+skip_connect@2/avg_pool_3x3@0+skip_connect@2"
    ),
    "DARTS_V2": (
        "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
        "/skip_connect@0+sep_conv_3x3@1/skip_connect@0+dil_conv_3x3@2,"
        "reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@1+skip_connect@2"
        "/max_pool_3x3@0+skip_connect@2/max_pool_3x3@1+skip_connect@2"
    ),
    # Xu et al. (2020), searched on CIFAR-10: genotypes.py of yuhuixu1993/PC-DARTS
    "PC_DARTS_cifar": (
        "normal:skip_connect@0+sep_conv_3x3@1/sep_conv_3x3@0+dil_conv_3x3@1"
        "/sep_conv_5x5@0+sep_conv_3x3@1/avg_pool_3x3@0+dil_conv_3x3@1,"
        "reduce:max_pool_3x3@0+sep_conv_5x5@1/sep_conv_5x5@1+sep_conv_5x5@2"
        "/sep_conv_3x3@0+sep_conv_3x3@3/sep_conv_3x3@1+sep_conv_3x3@2"
    ),
    # Xu et al. (2020), searched on ImageNet: as above
    "PC_DARTS_image": (
        "normal:sep_conv_3x3@0+skip_connect@1/sep_conv_3x3@0+skip_connect@1"
        "/sep_conv_3x3@1+sep_conv_3x3@3/sep_conv_3x3@1+dil_conv_5x5@4,"
        "reduce:sep_conv_3x3@0+skip_connect@1/max_pool_3x3@1+dil_conv_5x5@2"
        "/sep_conv_3x3@1+sep_conv_3x3@2/sep_conv_5x5@0+sep_conv_3x3@3"
    ),
    # Chen et al. (2019), P-DARTS: genotypes.py of chenxin061/pdarts
    "PDARTS": (
        "normal:skip_connect@0+dil_conv_3x3@1/skip_connect@0+sep_conv_3x3@1"
        "/sep_conv_3x3@1+sep_conv_3x3@3/sep_conv_3x3@0+dil_conv_5x5@4,"
        "reduce:avg_pool_3x3@0+sep_conv_5x5@1/sep_conv_3x3@0+dil_conv_5x5@2"
        "/max_pool_3x3@0+dil_conv_3x3@1/dil_conv_3x3@1+dil_conv_5x5@3"
    ),
    # Dong & Yang (2019): genotypes.py of D-X-Y/AutoDL-Projects
    "GDAS_V1": (
        "normal:skip_connect@0+skip_connect@1/skip_connect@0+sep_conv_5x5@2"
        "/skip_connect@0+sep_conv_3x3@3/sep_conv_3x3@3+sep_conv_5x5@4,"
        "reduce:sep_conv_5x5@0+sep_conv_3x3@1/sep_conv_5x5@1+sep_conv_5x5@2"
        "/sep_conv_3x3@1+dil_conv_5x5@2/sep_conv_5x5@0+sep_conv_5x5@1"
    ),
    # Chen et al. (2020), searched on CIFAR-10: genotypes.py of xiangning-chen/DrNAS
    "DrNAS_cifar10": (
        "normal:sep_conv_3x3@0+sep_conv_5x5@1/sep_conv_3x3@1+sep_conv_3x3@2"
        "/skip_connect@0+sep_conv_3x3@1/sep_conv_3x3@2+dil_conv_5x5@3,"
        "reduce:max_pool_3x3@0+sep_conv_5x5@1/sep_conv_5x5@1+dil_conv_5x5@2"
        "/sep_conv_5x5@1+dil_conv_5x5@3/sep_conv_5x5@1+skip_connect@4"
    ),
    # Chen et al. (2020), searched on ImageNet: as above
    "DrNAS_imagenet": (
        "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1"
        "/sep_conv_3x3@0+dil_conv_3x3@3/skip_connect@0+sep_conv_3x3@1,"
        "reduce:max_pool_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+skip_connect@2"
        "/sep_conv_3x3@0+sep_conv_3x3@2/sep_conv_3x3@1+sep_conv_3x3@3"
    ),
}
#: What people call them, too: what was searched on CIFAR-10 where there are two.
_ALIASES = {"PC_DARTS": "PC_DARTS_cifar", "GDAS": "GDAS_V1", "DrNAS": "DrNAS_cifar10"}


def published(name: str) -> str | None:
    """Find a published genotype's text; "pc-darts" is as good a name as "PC_DARTS"."""
    authors_name = _NAMES.get(_bare(name))
    return None if authors_name is None else PUBLISHED[authors_name]


def _bare(name: str) -> str:
    return re.sub(r"[-_ ]", "", name).lower()


_NAMES = {_bare(name): name for name in PUBLISHED}
_NAMES |= {_bare(alias): name for alias, name in _ALIASES.items()}
