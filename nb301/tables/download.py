"""Download of the official training runs from figshare: resumable, and checked by checksums."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from nb301.downloads import Progress, Repository, Resuming, register
from nb301.errors import DataMissing
from nb301.extras import require
from nb301.files import folder_written_whole, sha256

#: The data set v1.0 (official_facts.md, "Official locations").
DOI = "10.6084/m9.figshare.13246952"
_NOT_AN_ARCHIVE = (shutil.ReadError, zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError)


class Fetched(NamedTuple):
    """The official data on this machine."""

    #: Holds the unpacked tree, which `official.import_official` reads.
    folder: Path
    #: False where the host could not be reached, and files placed by hand were taken unchecked.
    checked: bool


def fetch_official(
    folder: Path | None = None, *, repository: Repository | None = None, progress: Progress | None = None
) -> Fetched:
    """Download the official data set, unless it is there, and unpack it.

    Whole files whose checksum is right are kept; an interrupted file is resumed. Where the host cannot
    be reached, archives that were placed into `folder` by hand are used.

    Args:
        folder: Where files are kept; by default in pooch's cache of this user, `nb301/official`.
        repository: Lists the files; by default figshare, by `DOI`.
        progress: Called now and then.

    Raises:
        DataMissing: The host cannot be reached, or what came has another checksum; says how to place
            the files by hand.
        MissingExtra: pooch is not installed.
    """
    require("pooch", "official")
    import pooch
    from requests import RequestException

    folder = Path(pooch.os_cache("nb301")) / "official" if folder is None else folder
    fetcher = pooch.create(path=folder, base_url=f"doi:{DOI}/")
    try:
        register(fetcher, DOI, repository)
    # pooch passes on every error that an unexpected answer, such as a log-in page, leads to
    except (RequestException, ValueError, LookupError, TypeError) as error:
        placed = sorted(filter(_is_archive, folder.glob("*")))
        if not placed:
            raise DataMissing(_by_hand(folder, f"cannot reach figshare: {error}")) from None
        return Fetched(_unpacked(placed, folder), checked=False)
    files = []
    try:
        for name in sorted(fetcher.registry):
            downloader = Resuming(folder / f"{name}.part", name, progress)
            files.append(Path(fetcher.fetch(name, downloader=downloader)))
    except RequestException as error:
        reason = f"interrupted: {error}\nWhat has arrived is kept: run the command again to go on."
        raise DataMissing(_by_hand(folder, reason)) from None
    except ValueError as error:  # how pooch tells of a wrong checksum
        raise DataMissing(_by_hand(folder, f"what came is not what figshare lists: {error}")) from None
    return Fetched(_unpacked([*filter(_is_archive, files)], folder), checked=True)


def _is_archive(path: Path) -> bool:
    endings: list[str] = []
    for _, format_endings, _ in shutil.get_unpack_formats():
        endings += format_endings
    return path.name.endswith(tuple(endings)) and path.is_file()


def _unpacked(archives: Sequence[Path], folder: Path) -> Path:
    """Unpack archives side by side, whole or not at all; what was unpacked before stays."""
    import pooch

    contents = "\n".join(f"{archive.name} {pooch.file_hash(archive)}" for archive in archives)
    tree = folder / f"unpacked-{sha256(contents.encode())[:12]}"
    if tree.exists():
        return tree
    with folder_written_whole(tree) as temporary:
        for archive in archives:
            try:
                # members that point out of the folder are refused; of zip files always
                safe: Literal["data"] | None = None if archive.suffix == ".zip" else "data"
                shutil.unpack_archive(archive, temporary / archive.name, filter=safe)
            except _NOT_AN_ARCHIVE as error:
                raise DataMissing(f"{archive} is not whole ({error}): download it again") from None
    return tree


def _by_hand(folder: Path, reason: str) -> str:
    return (
        f"{reason}\nTo place the files by hand, save those of https://doi.org/{DOI} into {folder} "
        "and run it again, or unpack them anywhere and run: nb301 tables import FOLDER"
    )
