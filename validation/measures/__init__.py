"""What claims measure: functions of a subject and of a claim's parameters, by the names in `claims/`.

A function with `@register()` in a module of this folder is a measure.
It may import `nb301`, `answers`, `fits`, `intervals`, `lockstep`, `missing_table`, `places`, `predictors`,
`runs`, `searches` and `subject`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from validation.measures.base import Measured
from validation.measures.registry import REGISTERED, Measure
from validation.subject import NotApplicable

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

#: All measures by name, whichever was imported first.
MEASURES: Mapping[str, Measure] = MappingProxyType(dict(sorted(REGISTERED.items())))

__all__ = ["MEASURES", "Measure", "Measured", "NotApplicable"]
