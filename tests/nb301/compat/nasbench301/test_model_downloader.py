"""`download_models`: folders where clients look for them."""

from __future__ import annotations

import pytest

from nb301.compat.nasbench301 import download_models, stand_ins
from nb301.errors import CompatError, UnknownRelease
from nb301.official import drop_in


@pytest.mark.parametrize(("version", "delete"), [("0.9", True), ("1.0", False), (1.0, True)])
def test_downloads_and_places(version, delete, tmp_path, importing, monkeypatch, capsys):
    """Official folders are there, by default in the working one; a second call does nothing."""
    monkeypatch.chdir(tmp_path)
    download_models(version=version, delete_zip=delete)
    download_models(version, delete, tmp_path)

    assert importing.asked == [(str(version), delete)]
    folders = sorted(path.name for path in (tmp_path / f"nb_models_{version}").iterdir())
    assert folders == [f"{name}_v{version}" for name in ("gnn_gin", "lgb_runtime", "xgb")]
    assert f"Models {version} already at {tmp_path}" in capsys.readouterr().out


def test_a_release_stands_in(tmp_path, importing, monkeypatch):
    """Where the environment names one, nothing is downloaded."""
    monkeypatch.setenv("NB301_COMPAT_RELEASE", "cifar10-gin-rand-v1.0")
    download_models("1.0", download_dir=str(tmp_path))
    assert stand_ins.read(tmp_path / "nb_models_1.0" / "gnn_gin_v1.0") == "cifar10-gin-rand-v1.0"
    assert not importing.asked


def test_two_processes_at_once(tmp_path, importing, monkeypatch):
    """The second finds what the first has written since it looked."""
    fetched = importing.fetched

    def while_another_does_so(version, *, delete_archive):
        placed = fetched(version, delete_archive=delete_archive)
        stand_ins.write(tmp_path / f"nb_models_{version}", placed)
        return placed

    monkeypatch.setattr(drop_in, "fetched", while_another_does_so)
    download_models("1.0", download_dir=tmp_path)
    assert stand_ins.read(tmp_path / "nb_models_1.0" / "xgb_v1.0") == "cifar10-xgb-rand-v1.0"


def test_wrong_versions_and_releases_leave_nothing(tmp_path, monkeypatch):
    """Officially any other version is taken for 1.0."""
    with pytest.raises(CompatError, match=r"expected '0\.9' or '1\.0'"):
        download_models("2.0", download_dir=tmp_path)
    monkeypatch.setenv("NB301_COMPAT_RELEASE", "nope")
    with pytest.raises(UnknownRelease):
        download_models("1.0", download_dir=tmp_path)
    assert not [*tmp_path.iterdir()]
