"""Libraries of extras: asked for by name, imported without a trace in the warning filters."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import pytest

from nb301.errors import MissingExtra
from nb301.extras import require

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def test_what_is_missing_names_its_extra():
    """The error has the command that mends it, and is an ImportError, too."""
    with pytest.raises(MissingExtra, match=r"^nosuch is not installed: pip install 'nb301\[fit\]'$") as error:
        require("nosuch.part", "fit")
    assert isinstance(error.value, ImportError)


def asked_for():
    """Every library and extra that the source asks for."""
    import ast

    for path in (ROOT / "nb301").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
                yield from (
                    argument.value
                    for argument in node.args[1:2]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )


def test_every_extra_that_is_asked_for_exists():
    """No message sends anybody to an extra that pyproject.toml does not have."""
    extras = {*asked_for()}
    assert extras >= {"tables", "fit", "torch", "optimizers", "cluster"}
    assert extras <= {*EXTRAS}


USES = {
    "metrics": "from nb301.metrics import sparse_kendall_tau as f; f(numpy.arange(9.0), numpy.arange(9.0))",
    "tables": "import nb301.tables; nb301.tables.load('emulated-v2.0')",
    "combo": "from nb301.optimizers import OPTIMIZERS; OPTIMIZERS['combo'](numpy.random.default_rng(0))",
    "threads": "import nb301.threads as t; t.one_blas_thread().__enter__(); t.one_thread().__enter__()",
    "trainings": "from nb301.truth.trained import TrainingTruth as T; T('digits', 'tiny')",
}


@pytest.mark.parametrize("use", USES)
def test_warning_filters_stay_as_they_are(use):
    """What is imported on the way changes nobody's warning filters."""
    code = (
        f"import warnings, nb301, numpy; a = [*warnings.filters]; {USES[use]}; assert a == warnings.filters"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_require_keeps_filters(monkeypatch, tmp_path):
    """A library that changes them when it is imported is kept from it."""
    (tmp_path / "loud.py").write_text("import warnings; warnings.simplefilter('error')")
    monkeypatch.syspath_prepend(tmp_path)
    before = [*warnings.filters]
    require("loud", "fit")
    assert warnings.filters == before
