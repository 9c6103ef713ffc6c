"""The monitor: warnings of skip collapse, a report each epoch, no torch."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from nb301.optimizers.one_shot import OneShotMonitor, discretise
from nb301.space import Genotype


class _FakeBenchmark:
    """Predicts 0.9 for everything."""

    def query(self, genotype):
        assert isinstance(genotype, Genotype)
        return SimpleNamespace(mean=0.9, std=0.01)


@pytest.mark.parametrize(("number", "warns"), [(0, False), (4, False), (5, True), (8, True)])
def test_monitor_warns_of_skip_collapse(number, warns, skips):
    """More than four skip connections in the normal cell are a collapse; those of reduction are not."""
    report = OneShotMonitor(_FakeBenchmark()).update(skips(number), skips(8))

    assert (number, warns) == (report.skips, report.warning is not None)
    assert not warns or f"{number} of 8 edges" in report.warning


def test_monitor_reports_each_epoch(skips):
    """Reports are numbered, kept, and have the release's prediction."""
    monitor = OneShotMonitor(_FakeBenchmark())
    monitor.update(skips(1), skips(0))

    report = monitor.update(skips(2), skips(0))

    assert (report.epoch, report.val_accuracy, report.std) == (2, 0.9, 0.01)
    assert [report.epoch for report in monitor.reports] == [1, 2]
    assert report.genotype == discretise(skips(2), skips(0))


def test_needs_no_torch():
    """Without torch everything but searches works, and a search names the extra to install."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import nb301, nb301.optimizers, nb301.optimizers.one_shot as one_shot\n"
        "assert one_shot.logged_searches() is not None\n"
        "try:\n    one_shot.run_search\n"
        "except nb301.errors.MissingExtra as error: print(error)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "pip install 'nb301[torch]'" in done.stdout
