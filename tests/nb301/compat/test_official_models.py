"""Official models, folder by folder as the official package reads them, against what it answered."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nb301.compat.nasbench301 import load_ensemble

SHARED = Path(os.environ.get("NB301_SHARED", Path(__file__).resolve().parents[4] / "shared"))
FIXTURES = SHARED / "official_fixtures"


@pytest.mark.parametrize(
    ("kind", "folder", "tolerance"),
    [("xgboost-1.1.0", "xgb_v1.0", 1.6e-5), ("lightgbm-2.3.1", "lgb_runtime_v1.0", 1e-8)],
)
def test_folders_answer_as_officially(kind, folder, tolerance, tmp_path, monkeypatch):
    """Means, types and noise after a seed; members are in another order, which the last digit depends on."""
    if not FIXTURES.is_dir():
        pytest.skip(f"official models are not here: no folder {FIXTURES}")
    monkeypatch.setenv("NB301_HOME", str(tmp_path))
    answers = np.load(FIXTURES / kind / "official_api.npz")
    rows = json.loads((FIXTURES / "archs.json").read_text(encoding="utf-8"))["test"]
    genotypes = [SimpleNamespace(**row) for row in rows]
    # side by side as in the official archive: a release has both
    for beside, name in (("xgboost-1.1.0", "xgb_v1.0"), ("lightgbm-2.3.1", "lgb_runtime_v1.0")):
        (tmp_path / name).symlink_to(FIXTURES / beside / "nb_models" / name)
    model = load_ensemble(str(tmp_path / folder))

    means = np.array([model.predict(g, "genotype", with_noise=False) for g in genotypes])
    assert means.dtype == answers["mean"].dtype
    np.testing.assert_allclose(means, answers["mean"], rtol=0, atol=tolerance)
    np.random.seed(123)  # noqa: NPY002
    noisy = [model.predict(g, "genotype") for g in genotypes[:20]]
    np.testing.assert_allclose(noisy, answers["noisy_seed123"], rtol=0, atol=3 * tolerance)
