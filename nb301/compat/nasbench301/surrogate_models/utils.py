"""The official `ConfigLoader`, by name: scripts look for it to mend it for newer versions of ConfigSpace."""

from __future__ import annotations

from typing import Any

from nb301.errors import CompatError


class ConfigLoader:
    """Can be imported, not built; it has no `load_config_space` to mend.

    Raises:
        CompatError: Always; says what does the same.
    """

    def __init__(self, *_arguments: Any, **_keywords: Any) -> None:
        raise CompatError(
            "nasbench301.surrogate_models.utils.ConfigLoader cannot be built here: read official result "
            "files with nb301.formats.read, the space with nb301.formats.configuration_space"
        )
