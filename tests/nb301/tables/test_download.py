import hashlib
import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nb301.cli import app
from nb301.errors import DataMissing, MissingExtra
from nb301.tables.download import DOI, fetch_official
from tests.downloading import Server, serving

requests = pytest.importorskip("requests")
pytest.importorskip("pooch")

TREE = {f"nb_301_v12/rs/results_{number}.json": f"{number}" * 100_000 for number in range(3)}


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in TREE.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return file.getvalue()


def tarred(prefix: str = "") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, text in TREE.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return file.getvalue()


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(name="unreachable")
def _unreachable(monkeypatch):
    def refuse(url: str, **_: object) -> None:
        raise requests.ConnectionError(f"no route to {url}")

    monkeypatch.setattr(requests, "get", refuse)


def read_tree(folder: Path) -> dict[str, str]:
    """Texts below the archives' own folders, by path."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {"/".join(path.relative_to(folder).parts[1:]): path.read_text() for path in files}


@pytest.mark.parametrize(("name", "data"), [("data.zip", zipped()), ("data.tar.gz", tarred())])
def test_downloads_checks_and_unpacks(server, tmp_path, name, data):
    """What is unpacked is what was served; a second call downloads nothing."""
    server.files[name] = data

    fetched = fetch_official(tmp_path, repository=server)

    assert fetched.checked
    assert read_tree(fetched.folder) == TREE
    assert fetch_official(tmp_path, repository=server) == fetched
    assert server.asked == [(name, None)]
    assert not list(tmp_path.glob("*.part"))


def test_a_new_version_is_unpacked_beside_the_old(server, tmp_path):
    """Another checksum leads to another download and another folder."""
    server.files["data.zip"] = zipped()
    old = fetch_official(tmp_path, repository=server)
    server.files = {"data.tar.gz": tarred("new/")}

    new = fetch_official(tmp_path, repository=server)

    assert new.folder != old.folder
    assert set(read_tree(new.folder)) == {f"new/{name}" for name in TREE}


@pytest.mark.parametrize("ranges", [True, False])
def test_goes_on_with_an_interrupted_download(server, tmp_path, ranges):
    """A broken connection keeps what arrived; the next call asks for the rest, or starts again."""
    server.files["data.zip"] = data = zipped()
    server.break_after = len(data) // 2
    with pytest.raises(DataMissing, match="What has arrived is kept"):
        fetch_official(tmp_path, repository=server)
    arrived = (tmp_path / "data.zip.part").stat().st_size
    server.break_after, server.ranges = None, ranges
    seen = []

    fetched = fetch_official(tmp_path, repository=server, progress=lambda *numbers: seen.append(numbers))

    assert 0 < arrived <= len(data) // 2
    assert server.asked[-1] == ("data.zip", f"bytes={arrived}-")
    assert seen[-1] == ("data.zip", len(data), len(data))
    assert read_tree(fetched.folder) == TREE


def test_a_part_that_is_whole_is_taken(server, tmp_path):
    """A download that was interrupted after its last byte needs no further one."""
    server.files["data.zip"] = zipped()
    (tmp_path / "data.zip.part").write_bytes(zipped())

    assert read_tree(fetch_official(tmp_path, repository=server).folder) == TREE


def test_refuses_another_checksum_and_starts_anew(server, tmp_path):
    """A file that differs from its checksum is thrown away, also when it had been gone on with."""
    server.files["data.zip"] = zipped()
    (tmp_path / "data.zip.part").write_bytes(b"rubbish")

    with pytest.raises(DataMissing, match=r"not what figshare lists.*data\.zip"):
        fetch_official(tmp_path, repository=server)

    assert list(tmp_path.iterdir()) == []
    assert read_tree(fetch_official(tmp_path, repository=server).folder) == TREE


def test_refuses_the_firewalls_answer(server, tmp_path):
    """The empty page with status 202 that figshare sends to supposed robots is no file."""
    server.files["data.zip"] = zipped()
    server.status = 202

    with pytest.raises(DataMissing, match="answered 202"):
        fetch_official(tmp_path, repository=server)


@pytest.mark.usefixtures("unreachable")
def test_unreachable_host_says_how_to_place_files(tmp_path):
    """Without the host, the message names the address, the folder and the command."""
    with pytest.raises(DataMissing) as raised:
        fetch_official(tmp_path)

    for part in ("cannot reach figshare", f"https://doi.org/{DOI}", str(tmp_path), "nb301 tables import"):
        assert part in str(raised.value)


@pytest.mark.usefixtures("unreachable")
def test_files_placed_by_hand_are_used_unchecked(tmp_path):
    """Without the host, archives in the folder are unpacked, and said to be unchecked."""
    (tmp_path / "data.zip").write_bytes(zipped())

    result = CliRunner().invoke(app, ["tables", "fetch", "official", "--folder", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert "unchecked" in result.stdout
    (folder,) = tmp_path.glob("unpacked-*")
    assert f"nb301 tables import {folder}" in result.stdout
    assert read_tree(folder) == TREE


@pytest.mark.usefixtures("unreachable")
@pytest.mark.parametrize(("name", "data"), [("data.zip", zipped()[:-50]), ("data.tar.gz", tarred()[:-50])])
def test_a_truncated_archive_placed_by_hand_is_refused(tmp_path, name, data):
    """A file that was saved in part is named, and nothing is unpacked."""
    (tmp_path / name).write_bytes(data)

    with pytest.raises(DataMissing, match=rf"{name} is not whole"):
        fetch_official(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.usefixtures("unreachable")
def test_members_that_point_out_of_the_folder_are_refused(tmp_path):
    """An archive cannot write outside of the folder it is unpacked to."""
    (tmp_path / "data.tar.gz").write_bytes(tarred("../../"))

    with pytest.raises(DataMissing, match="outside the destination"):
        fetch_official(tmp_path)


def test_reads_figshares_own_answers(server, tmp_path, monkeypatch):
    """Files, checksums and addresses come from figshare's public interface, by the DOI."""
    server.files["data.zip"] = zipped()
    get = requests.get
    listed = {
        "name": "data.zip",
        "computed_md5": hashlib.md5(zipped()).hexdigest(),  # noqa: S324
        "download_url": f"{server.url}/data.zip",
    }
    answers = {
        f"https://doi.org/{DOI}": None,
        f"https://api.figshare.com/v2/articles?doi={DOI}": [{"id": 13246952}],
        "https://api.figshare.com/v2/articles/13246952": {"files": [listed]},
    }

    class Answer:
        status_code = 200
        url = "https://figshare.com/articles/dataset/NAS-Bench-301_Dataset_v1_0/13246952"

        def __init__(self, content: object) -> None:
            self._content = content

        def json(self) -> object:
            return self._content

        def raise_for_status(self) -> None:
            """It is 200."""

    def answer(url: str, **options: object):
        return Answer(answers[url]) if url in answers else get(url, **options)

    monkeypatch.setattr(requests, "get", answer)

    fetched = fetch_official(tmp_path)

    assert fetched.checked
    assert read_tree(fetched.folder) == TREE


def test_says_which_extra_brings_pooch(tmp_path, monkeypatch):
    """Without pooch, the message says what to install."""
    monkeypatch.setitem(sys.modules, "pooch", None)

    with pytest.raises(MissingExtra, match=r"nb301\[official\]"):
        fetch_official(tmp_path)
