"""What stands in for another package: code that was written for the official `nasbench301` runs unchanged.

    import nb301.compat
    nb301.compat.install()
    import nasbench301 as nb      # is nb301.compat.nasbench301

`python -m nb301.compat SCRIPT ARGS` runs a script so. Importing this loads nothing but the standard library.

It may import `compat.nasbench301` and `errors`.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from nb301.errors import InstallError

#: Folder with a module `nasbench301` that installs this one: put on `PYTHONPATH`, child processes find it.
ON_PATH = Path(__file__).resolve().parent / "on_path"

_OFFICIAL = "nasbench301"
#: What is put in the official modules' places, by the rest of their names.
_MODULES = (
    "",
    ".api",
    ".model_downloader",
    ".representations",
    ".surrogate_models",
    ".surrogate_models.ensemble",
    ".surrogate_models.utils",
)


def install(release: str | None = None) -> None:
    """Make `import nasbench301` mean `nb301.compat.nasbench301` in this process, with its modules.

    An official package that is installed, but not imported yet, is passed over. Installing twice is as good
    as once. Processes that multiprocessing starts find it, too.

    Args:
        release: Name or folder of a release that stands in for the official models: `download_models` then
            puts it in their place instead of downloading them. It is kept in the environment variable
            `NB301_COMPAT_RELEASE`, which child processes inherit.

    Raises:
        InstallError: The official package, or another module of its name, is imported already.
        ReleaseError: There is no such release, or it cannot be read.
    """
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] == _OFFICIAL and not _is_ours(module):
            where = getattr(module, "__file__", None) or "an unknown place"
            raise InstallError(
                f"{name} is imported already, from {where}: call nb301.compat.install() before anything "
                "imports nasbench301"
            )
    if release is not None:
        from nb301.compat.nasbench301 import ensembles, stand_ins

        os.environ[stand_ins.VARIABLE] = ensembles.checked(release)
    for rest in _MODULES:
        sys.modules[_OFFICIAL + rest] = import_module(f"{__name__}.{_OFFICIAL}{rest}")
    if str(ON_PATH) not in sys.path:  # which multiprocessing hands on to processes that it spawns
        sys.path.insert(1, str(ON_PATH))


def _is_ours(module: ModuleType | None) -> bool:
    """Whether a module is one of `nb301.compat.nasbench301`, or that of `ON_PATH`, which installs them."""
    if getattr(module, "__name__", "").startswith(f"{__name__}."):
        return True
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).resolve().parent == ON_PATH
