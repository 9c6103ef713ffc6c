"""Files are listed with their addresses; what was interrupted goes on where it was."""

from __future__ import annotations

import pytest

from nb301.downloads import Resuming, register
from tests.downloading import serving

pooch = pytest.importorskip("pooch")
requests = pytest.importorskip("requests")


@pytest.fixture
def server():
    """A server of one file."""
    with serving() as running:
        running.files["models.zip"] = bytes(range(256)) * 1000
        yield running


def test_lists_checksums_and_addresses(server, tmp_path):
    """As pooch needs them."""
    fetcher = pooch.create(path=tmp_path, base_url="")
    register(fetcher, "10.1/none", server)
    assert fetcher.urls == {"models.zip": f"{server.url}/models.zip"}
    assert fetcher.registry["models.zip"].startswith("md5:")


def test_goes_on_where_it_was_interrupted(server, tmp_path):
    """What has arrived is not sent again."""
    reported = []
    download = Resuming(tmp_path / "part", "models.zip", lambda *progress: reported.append(progress))
    server.break_after = 70_000
    with pytest.raises(requests.RequestException):
        download(f"{server.url}/models.zip", str(tmp_path / "whole"), None)
    arrived = (tmp_path / "part").stat().st_size
    server.break_after = None
    download(f"{server.url}/models.zip", str(tmp_path / "whole"), None)
    assert (tmp_path / "whole").read_bytes() == server.files["models.zip"]
    assert server.asked == [("models.zip", None), ("models.zip", f"bytes={arrived}-")]
    assert reported[-1] == ("models.zip", 256_000, 256_000)


def test_an_answer_that_is_no_file_is_an_error(server, tmp_path):
    """Such as the empty page that a firewall gives to robots."""
    server.status = 202
    with pytest.raises(requests.HTTPError, match="answered 202, which is no file"):
        Resuming(tmp_path / "part", "models.zip", None)(f"{server.url}/models.zip", str(tmp_path / "a"), None)
