"""Installing: `import nasbench301` means ours, and nothing is overridden silently."""

from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType

import pytest

from nb301 import compat
from nb301.errors import InstallError, UnknownRelease


def test_installing_twice_is_once():
    """The modules are the same afterwards."""
    compat.install()
    first = sys.modules["nasbench301"]
    compat.install()

    assert sys.modules["nasbench301"] is first
    assert first.__name__ == "nb301.compat.nasbench301"


@pytest.mark.parametrize("name", ["nasbench301", "nasbench301.api"])
def test_refuses_after_the_official_package(name, monkeypatch):
    """An official module that is imported already is left alone, and one line says so."""
    official = ModuleType(name)
    official.__file__ = "/site-packages/nasbench301/__init__.py"
    monkeypatch.setitem(sys.modules, name, official)
    with pytest.raises(InstallError, match="imported already, from /site-packages") as caught:
        compat.install()

    assert isinstance(caught.value, ImportError)
    assert "\n" not in str(caught.value)
    assert sys.modules[name] is official


def test_refuses_unknown_releases():
    """A release that is to stand in is looked for at once; nothing is installed without it."""
    with pytest.raises(UnknownRelease, match="no release 'nope'"):
        compat.install("nope")
    assert "nasbench301" not in sys.modules


def test_release_is_told_to_child_processes(monkeypatch):
    """It is in the environment."""
    monkeypatch.setenv("NB301_COMPAT_RELEASE", "another")
    compat.install("cifar10-xgb-rand-v1.0")
    assert os.environ["NB301_COMPAT_RELEASE"] == "cifar10-xgb-rand-v1.0"


def test_importing_loads_nothing_heavy():
    """Neither the room nor what is installed loads pydantic, models or a library; that waits for a model."""
    code = (
        "import nb301.compat, sys; before = {*sys.modules}; assert 'nb301.benchmark' not in before;"
        "nb301.compat.install(); import nasbench301;"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    heavy = {"pydantic", "torch", "xgboost", "lightgbm", "pandas", "ConfigSpace", "scipy", "safetensors"}
    assert not heavy & {*done.stdout.split()}
