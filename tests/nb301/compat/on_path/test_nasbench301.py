"""The module that child processes find."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nb301.compat import ON_PATH

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    "code",
    [
        "import nasbench301 as nb; assert nb.load_ensemble; print(nb.__name__)",
        "import nasbench301.representations, nasbench301 as nb; print(nb.__name__)",
        "from nasbench301.surrogate_models import utils; import nasbench301 as nb; print(nb.__name__)",
    ],
)
def test_installs_ours(code):
    """Whichever module is imported first, `nasbench301` is the package."""
    path = f"import sys; sys.path[:0] = [{str(ON_PATH)!r}, {str(ROOT)!r}]; "
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "nb301.compat.nasbench301", done.stderr
