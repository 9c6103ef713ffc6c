"""Libraries that a plain install does not bring, and the extras that do."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module

from nb301.errors import MissingExtra


def require(module: str, extra: str) -> None:
    """Import a library before it is used, or before work is done that its absence would waste.

    Warning filters, which some libraries change when they are imported, stay as they are.

    Args:
        module: Its name, such as `torch`.
        extra: What brings it, see pyproject.toml.

    Raises:
        MissingExtra: It is not installed; says how to install it.
    """
    if sys.modules.get(module) is not None:
        return
    with warnings.catch_warnings():
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtra(f"{error.name} is not installed: pip install 'nb301[{extra}]'") from None
