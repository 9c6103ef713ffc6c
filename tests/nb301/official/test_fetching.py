"""The archive of official models: downloaded once, checked, resumed, or placed by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nb301.errors import DataMissing, UnknownRelease
from nb301.files import sha256
from nb301.official.fetching import PUBLICATIONS, fetch_models, publication_of
from tests.downloading import serving

requests = pytest.importorskip("requests")
pytest.importorskip("pooch")
DATA = bytes(range(256)) * 400


@pytest.fixture
def server():
    """A server of one archive, under figshare's number."""
    with serving() as running:
        running.files["24992018"] = DATA
        yield running


@pytest.fixture
def publication(server):
    """A small version 1.0."""
    return replace(PUBLICATIONS["1.0"], url=f"{server.url}/24992018", sha256=sha256(DATA), bytes=len(DATA))


@pytest.fixture
def unreachable(monkeypatch):
    """No host answers."""

    def refuse(url, **_):
        raise requests.ConnectionError(f"no route to {url}")

    monkeypatch.setattr(requests, "get", refuse)


def test_downloads_once(server, publication, tmp_path):
    """A file whose checksum is right is kept."""
    fetched = fetch_models(publication, tmp_path)
    assert (fetched.path.name, fetched.checked) == ("nb_models_v1.0.zip", True)
    assert fetched.path.read_bytes() == DATA
    assert fetch_models(publication, tmp_path) == fetched
    assert len(server.asked) == 1


def test_what_was_interrupted_goes_on(server, publication, tmp_path):
    """The error says that what has arrived is kept."""
    server.break_after = 70_000
    with pytest.raises(DataMissing, match="what has arrived is kept") as caught:
        fetch_models(publication, tmp_path)
    assert "\n" not in str(caught.value)
    server.break_after = None
    assert fetch_models(publication, tmp_path).path.read_bytes() == DATA
    assert server.asked[-1][1] is not None


def test_another_file_is_refused(server, publication, tmp_path):
    """By its size at once, and by its checksum."""
    (tmp_path / publication.file).write_bytes(b"half")
    with pytest.raises(DataMissing, match=r"has 4 bytes, expected 102,400: remove it"):
        fetch_models(publication, tmp_path)
    (tmp_path / publication.file).unlink()
    server.files["24992018"] = DATA[::-1]
    with pytest.raises(DataMissing, match="what came is wrong"):
        fetch_models(publication, tmp_path)


@pytest.mark.usefixtures("unreachable")
def test_an_unreachable_host_says_where_to_place_the_file(publication, tmp_path):
    """In one line; a file that was placed is taken if it is the right one."""
    with pytest.raises(
        DataMissing, match=r"save http.*24992018 of https://doi\.org/.*13061510 as "
    ) as caught:
        fetch_models(publication, tmp_path)
    assert str(tmp_path / publication.file) in str(caught.value)
    assert "\n" not in str(caught.value)
    (tmp_path / publication.file).write_bytes(DATA)
    assert fetch_models(publication, tmp_path).checked


def test_version_0_9_is_checked_by_what_figshare_lists(server, publication, tmp_path):
    """The file is found by its number; without a list it cannot be downloaded."""
    listed = replace(publication, version="0.9", sha256=None, bytes=None)
    assert fetch_models(listed, tmp_path, repository=server).checked
    gone = replace(listed, url=f"{server.url}/1")
    with pytest.raises(DataMissing, match="does not list"):
        fetch_models(gone, tmp_path / "other", repository=server)


@pytest.mark.usefixtures("unreachable")
def test_version_0_9_placed_by_hand_is_unchecked(server, publication, tmp_path, monkeypatch):
    """Where the list cannot be reached, either."""

    def refuse(_):
        raise requests.ConnectionError("no route")

    monkeypatch.setattr(server, "populate_registry", refuse)
    listed = replace(publication, version="0.9", sha256=None, bytes=None)
    (tmp_path / listed.file).write_bytes(DATA)
    assert not fetch_models(listed, tmp_path, repository=server).checked


def test_releases_by_name():
    """Each official release is in a version."""
    assert publication_of("nb301-gin-v0.9").version == "0.9"
    for name in ("nb301-lgb-v1.0", "nb301-xgb-v2.0", "emulated-xgb-v2.0"):
        with pytest.raises(UnknownRelease, match=r"nb301-xgb-v0\.9, .*nb301-gin-v1\.0"):
            publication_of(name)
