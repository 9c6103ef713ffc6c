"""`nb301 train` and `nb301 verify`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nb301
from nb301 import formats
from nb301.truth.emulated import EmulatedTruth


@pytest.mark.parametrize("device", ["nosuch", "meta", "cuda:99", "cpu:x"])
def test_unknown_devices_are_one_line(wrong, darts_v2, device):
    """A device that is not there is told before anything is trained."""
    assert device in wrong("train", darts_v2, "--out", "x.json", "--device", device)
    assert not Path("x.json").exists()


def test_verify_holds_a_release_against_its_truth(run, tiny_release, darts_v2):
    """The emulated truth takes no time: five trainings, their mean and spread beside the prediction."""
    held = json.loads(run("verify", darts_v2, "--release", tiny_release, "--json"))
    predicted = nb301.load(tiny_release).query(darts_v2)
    trained = [EmulatedTruth().evaluate(formats.read(darts_v2), seed).val_accuracy for seed in range(1, 6)]

    assert held["trained"]["val_accuracy"] == trained
    assert held["trained"]["std"] == pytest.approx(np.std(trained, ddof=1))
    assert held["predicted"]["mean"] == predicted.mean
    assert held["difference"] == pytest.approx(predicted.mean - np.mean(trained))
    shown = run("verify", darts_v2, "--release", tiny_release, "--trainings", 1)
    assert f"{predicted.mean:.2%}" in shown
    assert "1 trainings" in " ".join(shown.split())
