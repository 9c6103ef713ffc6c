"""Download of the official models from figshare: a ZIP file a version, resumable and checked (F34)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from nb301.downloads import Progress, Repository, Resuming, register
from nb301.errors import DataMissing, UnknownRelease, one_line, shown
from nb301.extras import require


@dataclass(frozen=True, slots=True)
class Publication:
    """One version of the official models, as figshare has it."""

    #: Such as `1.0`.
    version: str
    #: Of the article, which lists an MD5 for every file.
    doi: str
    #: Where the file is.
    url: str
    #: None where only figshare's MD5 is known.
    sha256: str | None
    #: Size of the ZIP file.
    bytes: int | None
    #: Folders of models of accuracy that are known to be in it.
    folders: frozenset[str]

    @property
    def file(self) -> str:
        """What the file is called on this machine."""
        return f"nb_models_v{self.version}.zip"


#: By version (F34, "Official locations").
PUBLICATIONS: Mapping[str, Publication] = MappingProxyType(
    {
        "0.9": Publication(
            version="0.9",
            doi="10.6084/m9.figshare.12962432",
            url="https://ndownloader.figshare.com/files/24693026",
            sha256=None,
            bytes=None,
            folders=frozenset({"xgb_v0.9"}),
        ),
        "1.0": Publication(
            version="1.0",
            doi="10.6084/m9.figshare.13061510",
            url="https://ndownloader.figshare.com/files/24992018",
            sha256="e807411d6a454841965d3157a977896683b716dc48743049bd6be0ce94210824",
            bytes=1_848_669_012,
            folders=frozenset({"xgb_v1.0", "gnn_gin_v1.0"}),
        ),
    }
)
#: Names of the releases that are in a version.
_RELEASE = re.compile(r"nb301-(xgb|gin)-v(?P<version>[0-9.]{1,9})")


class FetchedModels(NamedTuple):
    """The ZIP file of a version, on this machine."""

    #: The ZIP file.
    path: Path
    #: False where the host could not be reached to list its checksum, and the file was placed by hand.
    checked: bool


def publication_of(release: str) -> Publication:
    """The version that holds a release.

    Args:
        release: Its name, such as `nb301-xgb-v1.0`.

    Raises:
        UnknownRelease: There is none.
    """
    match = _RELEASE.fullmatch(release)
    if match is None or match["version"] not in PUBLICATIONS:
        known = [f"nb301-{model}-v{version}" for version in PUBLICATIONS for model in ("xgb", "gin")]
        raise UnknownRelease(f"{shown(release)} is none of the official models: {', '.join(known)}")
    return PUBLICATIONS[match["version"]]


def fetch_models(
    publication: Publication,
    folder: Path | None = None,
    *,
    repository: Repository | None = None,
    progress: Progress | None = None,
) -> FetchedModels:
    """Download the ZIP file of a version, unless it is there.

    A file whose checksum is right is kept; an interrupted download is resumed.

    Args:
        publication: One of `PUBLICATIONS`.
        folder: Where it is kept; by default pooch's cache of this user, `nb301/official`.
        repository: Lists checksums; by default figshare. It is asked only where no SHA-256 is known.
        progress: Called now and then.

    Raises:
        DataMissing: The host cannot be reached, or what came has another size or checksum; says how to place
            the file by hand.
        MissingExtra: pooch is not installed.
    """
    require("pooch", "official")
    import pooch
    from requests import RequestException

    folder = Path(pooch.os_cache("nb301")) / "official" if folder is None else folder
    path = folder / publication.file
    fetcher = pooch.create(path=folder, base_url="")
    try:
        fetcher.registry = {publication.file: _checksum(publication, repository)}
        fetcher.urls = {publication.file: publication.url}
        _check_size(path, publication)
        downloader = Resuming(folder / f"{publication.file}.part", publication.file, progress)
        fetcher.fetch(publication.file, downloader=downloader)
        _check_size(path, publication)
    except RequestException as error:
        if publication.sha256 is None and path.is_file():
            return FetchedModels(path, checked=False)
        raise DataMissing(_by_hand(path, publication, f"cannot reach figshare ({_said(error)})")) from None
    # how pooch tells of a wrong checksum, and passes on what an answer such as a log-in page leads to
    except (ValueError, LookupError, TypeError) as error:
        raise DataMissing(_by_hand(path, publication, f"what came is wrong ({_said(error)})")) from None
    return FetchedModels(path, checked=True)


def _checksum(publication: Publication, repository: Repository | None) -> str:
    """As pooch takes it."""
    if publication.sha256 is not None:
        return f"sha256:{publication.sha256}"
    import pooch

    listed: Any = pooch.create(path="", base_url="")
    register(listed, publication.doi, repository)
    for name, url in listed.urls.items():
        if url.rpartition("/")[2] == publication.url.rpartition("/")[2]:
            return str(listed.registry[name])
    raise ValueError(f"https://doi.org/{publication.doi} does not list {publication.url}")


def _check_size(path: Path, publication: Publication) -> None:
    """Tell at once of a file that is not whole, before gigabytes are hashed."""
    if publication.bytes is not None and path.is_file() and path.stat().st_size != publication.bytes:
        raise ValueError(
            f"{path} has {path.stat().st_size:,} bytes, expected {publication.bytes:,}: remove it"
        )


def _said(error: Exception) -> str:
    return one_line(" ".join(str(error).split()), 200)


def _by_hand(path: Path, publication: Publication, reason: str) -> str:
    return (
        f"{reason}: save {publication.url} of https://doi.org/{publication.doi} as {path} and run it again, "
        "or run nb301 release import FILE.zip; what has arrived is kept"
    )
