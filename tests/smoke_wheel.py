"""Check an installed wheel: `python -I tests/smoke_wheel.py`, where `-I` keeps the checkout off the path."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from importlib import import_module
from importlib.metadata import files, packages_distributions
from importlib.resources import files as resources
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import nb301
from nb301.formats import to_darts

COMMAND = Path(sysconfig.get_path("scripts")) / ("nb301.exe" if sys.platform == "win32" else "nb301")


def check_place() -> None:
    """The wheel is what is tested, and it brings one top-level package."""
    assert Path(nb301.__file__).is_relative_to(sysconfig.get_path("purelib")), nb301.__file__
    provided = [top for top, names in packages_distributions().items() if "nb301" in names]
    assert provided == ["nb301"], provided
    tops = {path.parts[0] for path in files("nb301") or [] if ".." not in path.parts}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"nb301"}, tops
    assert resources("nb301").joinpath("py.typed").is_file()


def check_tables() -> None:
    """Embedded tables load, where what reads them is installed; else the extra is named."""
    if find_spec("pyarrow") is None:
        done = subprocess.run([COMMAND, "tables", "list"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert "nb301[tables]" in done.stderr, done.stderr
        return
    tables = import_module("nb301.tables")
    assert tables.names()
    assert all(len(tables.load(name)) > 0 for name in tables.names())


def check_releases() -> None:
    """Each embedded release answers."""
    assert len(nb301.list_releases()) >= 2
    genotype = nb301.sample(np.random.default_rng(0))
    for name in nb301.list_releases():
        found = nb301.load(name).query(genotype, seed=1)
        assert 0.7 < found.val_accuracy < 1, found


def check_display() -> None:
    """Objects draw themselves with what a plain install brings; what else it takes is named."""
    benchmark = nb301.load(nb301.list_releases()[0])
    genotype = nb301.sample(np.random.default_rng(0))
    assert "<svg" in genotype._repr_html_()
    if find_spec("matplotlib") is None:
        try:
            benchmark.plot_distribution(n=1)
        except ImportError as error:
            assert "nb301[plot]" in str(error), error  # noqa: PT017
        else:
            raise AssertionError("plotted without matplotlib")


def check_command() -> None:
    """The command is installed, helps, and queries."""
    done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "query" in done.stdout, done.stdout
    genotype = nb301.sample(np.random.default_rng(0))
    command = [COMMAND, "query", repr(to_darts(genotype)), "--seed", "1", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found["val_accuracy"] == nb301.load(found["release"]).query(genotype, seed=1).val_accuracy


if __name__ == "__main__":
    check_place()
    check_tables()
    check_releases()
    check_display()
    check_command()
    print(f"nb301 {nb301.__version__} works from {Path(nb301.__file__).parent}")  # noqa: T201
