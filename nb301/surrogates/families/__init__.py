"""The model families, one module or package each; importing this imports none of their libraries.

It may import `encodings`, `errors`, `exact`, `extras`, `surrogates.families.gin`, `surrogates.members` and
`threads`.
"""

from __future__ import annotations

from collections.abc import Mapping

from nb301.surrogates.families import lgb, mlp, ngb, rf, svr, xgb
from nb301.surrogates.families.gin import family
from nb301.surrogates.members.base import Family

#: Families by the name that releases carry.
FAMILIES: Mapping[str, Family] = {
    "xgb": xgb.FAMILY,
    "lgb": lgb.FAMILY,
    "gin": family.FAMILY,
    "rf": rf.FAMILY,
    "eps_svr": svr.EPS_FAMILY,
    "nu_svr": svr.NU_FAMILY,
    "ngb": ngb.FAMILY,
    "mlp": mlp.FAMILY,
}
