"""Libraries that a plain install does not bring, and the extras that do."""

from __future__ import annotations

from importlib.util import find_spec

from nb301.errors import MissingExtra


def require(module: str, extra: str) -> None:
    """Make sure that a library is installed, before it is imported or work is done that it would waste.

    Args:
        module: Its name in imports, such as `torch`.
        extra: What brings it, see pyproject.toml.

    Raises:
        MissingExtra: It is not installed; says how to install it.
    """
    if find_spec(module) is None:
        raise MissingExtra(f"{module} is not installed: pip install 'nb301[{extra}]'")
