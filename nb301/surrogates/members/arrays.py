"""Members' files as named arrays, in safetensors: read without running code, as a pickle would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301.errors import ReleaseError, one_line, shown


def pack(arrays: Mapping[str, ArrayLike]) -> bytes:
    """Write arrays by their names; equal arrays give equal bytes."""
    from safetensors.numpy import save

    # it writes the memory as it lies there, so that views and Fortran order would be scrambled
    return save({name: np.asarray(array, order="C") for name, array in arrays.items()})


def unpack(data: bytes, kind: str, layout: Mapping[str, tuple[str, int]]) -> dict[str, NDArray[Any]]:
    """Read what `pack` wrote.

    Args:
        data: The file.
        kind: What it should be, for messages, such as `"random forest"`.
        layout: Dtype and number of axes of every array by its name.

    Returns:
        The arrays by their names; those in `layout` and no others.

    Raises:
        ReleaseError: The file is cut short, garbled, or holds something else or numbers that are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:  # of types that numpy has not
        raise ReleaseError(f"not the file of a {kind}: {one_line(str(error))}") from None
    for name in {**layout, **arrays}:
        actual = (arrays[name].dtype.name, arrays[name].ndim) if name in arrays else None
        if actual != layout.get(name):
            raise ReleaseError(
                f"not the file of a {kind}: array {shown(name)} is {actual}, expected {layout.get(name)}"
            )
        if not np.isfinite(arrays[name]).all():
            raise ReleaseError(f"not the file of a {kind}: array {name} holds numbers that are not finite")
    return {name: arrays[name] for name in layout}  # safetensors keeps no order
