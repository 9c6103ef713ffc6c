"""The model families; importing this imports none of their libraries."""

from __future__ import annotations

from collections.abc import Mapping

from nb301.surrogates import gin, lgb, mlp, ngb, rf, svr, xgb
from nb301.surrogates.base import Family, Surrogate

#: Families by the name that releases carry.
FAMILIES: Mapping[str, Family] = {
    "xgb": xgb.FAMILY,
    "lgb": lgb.FAMILY,
    "gin": gin.FAMILY,
    "rf": rf.FAMILY,
    "eps_svr": svr.EPS_FAMILY,
    "nu_svr": svr.NU_FAMILY,
    "ngb": ngb.FAMILY,
    "mlp": mlp.FAMILY,
}

__all__ = ["FAMILIES", "Family", "Surrogate"]
