"""The model families, one module or package each; importing this imports none of their libraries.

It may import `encodings`, `errors`, `exact`, `extras`, `surrogates.families.gin`, `surrogates.members` and
`threads`.
"""

from __future__ import annotations

from collections.abc import Mapping

from nb301.surrogates.families import lgb, mlp, ngb, official_trees, rf, svr, xgb
from nb301.surrogates.families.gin import family as gin
from nb301.surrogates.families.gin import official as official_gin
from nb301.surrogates.members.base import Family, fitted_names

_FAMILIES = (
    xgb.FAMILY,
    lgb.FAMILY,
    gin.FAMILY,
    rf.FAMILY,
    svr.EPS_FAMILY,
    svr.NU_FAMILY,
    ngb.FAMILY,
    mlp.FAMILY,
    official_trees.XGB_FAMILY,
    official_trees.LGB_FAMILY,
    official_gin.FAMILY,
)
#: By the name that releases carry.
FAMILIES: Mapping[str, Family] = {family.name: family for family in _FAMILIES}
#: Those of them whose members are fitted here, and not imported.
FITTED_FAMILIES: Mapping[str, Family] = {name: FAMILIES[name] for name in fitted_names(FAMILIES)}
