"""A member's file, whatever it is: boosted trees or a state dict."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from nb301.errors import ReleaseError, shown
from nb301.official import boosters, pickles, states
from nb301.official.boosters import BoostedMember

#: How torch's formats begin: a ZIP file, or a pickle of its magic number.
_TORCH = (b"PK\x03\x04", b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")


def read_member(path: str, data: bytes) -> BoostedMember | dict[str, NDArray[Any]]:
    """Read a member's file; what it is, its first bytes say (F35).

    Args:
        path: Of the file, for messages.
        data: Its contents.

    Returns:
        The trees of XGBoost or LightGBM, or a GIN's arrays by their names.

    Raises:
        ReleaseError: It is nothing that the official package writes, or cut short or garbled; has the path,
            where and why.
    """
    try:
        if data.startswith(_TORCH):
            return states.read(data)
        return boosters.read(pickles.read_booster(data))
    except ReleaseError as error:
        raise ReleaseError(f"{shown(path, 200)}: {error}") from None
