"""Syne Tune's ASHA on its simulator; `tox run -e syne-tune` has what it needs."""

import pytest

pytest.importorskip(
    "syne_tune", reason="its XGBoost and that of the extra `test` exclude each other: tox run -e syne-tune"
)
import nb301
from docs.examples.syne_tune_simulation import NAMES, Cells, main


# as Syne Tune and what it imports have it
@pytest.mark.filterwarnings("default")
def test_simulates(capsys, monkeypatch, tmp_path):
    """Bad trainings end early; each reports what the release's curve has; the clock is simulated."""
    monkeypatch.setenv("SYNETUNE_FOLDER", str(tmp_path))
    reported = main(6_000, workers=4)
    last_epochs = reported.groupby("trial_id")["epoch"].max()
    assert 0 < (last_epochs == 98).sum() < (last_epochs <= 12).sum()
    assert 5_000 < reported["st_tuner_time"].max() < 6_500
    assert f"{len(last_epochs)} trainings" in capsys.readouterr().out
    benchmark = nb301.load("emulated-gin-v2.0")
    row = reported.iloc[-1]
    config = {name: row[f"config_{name}"] for name in NAMES}
    genotype = Cells(benchmark).genotype(config)
    assert row["val_error"] == 1 - benchmark.curve(genotype, seed=1).val_accuracy[row["epoch"] - 1]


def test_one_epoch_is_that_of_the_curve():
    """With an epoch, and without one."""
    cells = Cells(nb301.load("emulated-xgb-v2.0"))
    config = dict.fromkeys(NAMES, 0)
    told = cells(config, seed=3)
    assert told.shape == (98, 2)
    assert cells(config, {"epoch": 10}, seed=3) == {"val_error": told[9, 0], "elapsed_time": told[9, 1]}
