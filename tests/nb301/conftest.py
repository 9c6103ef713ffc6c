"""Commands run in this process; a tiny classification task that trains in well under a second."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")

from nb301 import cli
from nb301.images.labelled import Images
from nb301.images.loading import ImageData
from nb301.training.protocol import Protocol


def _part(rng: np.random.Generator, n: int, colours: int) -> Images:
    labels = rng.integers(10, size=n)
    pixels = rng.integers(100, size=(n, colours, 8, 8))
    # the class is a bright pixel of its own
    pixels[np.arange(n), :, labels // 8 + 3, labels % 8] = 255
    return Images(pixels.astype(np.uint8), labels)


@pytest.fixture(scope="session")
def tiny_data() -> ImageData:
    """Images of 8x8 pixels in three colours: 96 for training, 40 for validation, 40 for testing."""
    rng = np.random.default_rng(0)
    return ImageData("bright", *(_part(rng, n, 3) for n in (96, 40, 40)), flips=True)


@pytest.fixture(scope="session")
def everything() -> Protocol:
    """A short protocol with all augmentation and regularisation there is."""
    return Protocol(
        channels=2, layers=3, epochs=3, batch=48, crop_padding=1, cutout=2, auxiliary=0.4, drop_path=0.3
    )


@pytest.fixture(scope="session")
def run():
    """Runs a command that succeeds and returns what it printed; `entered` is its standard input."""

    def succeed(*arguments, entered=""):
        result = CliRunner().invoke(cli.app, [*map(str, arguments)], input=entered, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return succeed


@pytest.fixture
def ended(monkeypatch, capsys, tmp_path):
    """Runs a command in an empty folder; gives exit code, output and the last line of what went wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NB301_HOME", str(tmp_path / "home"))

    def end(*arguments):
        monkeypatch.setattr(sys, "argv", ["nb301", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        printed = capsys.readouterr()
        return caught.value.code or 0, printed.out, printed.err

    return end


@pytest.fixture
def wrong(ended):
    """Runs a command that cannot be done; gives the line that it ends with."""

    def fail(*arguments):
        code, out, err = ended(*arguments)
        assert code == 1, err
        assert "Traceback" not in err
        assert not out.strip()
        last = err.splitlines()[-1]  # where journals are, or a progress bar, may stand before it
        assert last.startswith("error: "), err
        return last

    return fail
