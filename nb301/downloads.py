"""Downloads from figshare with pooch: files listed by a DOI, checked by checksums, and resumed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

#: Called with a file's name, the bytes that have arrived and the bytes in all (0: unknown).
Progress = Callable[[str, int, int], None]

HEADERS = {"User-Agent": "nb301"}
TIMEOUT_S = 30
_CHUNK_BYTES = 2**16


class Repository(Protocol):
    """Where files are listed; pooch's `DataRepository` of a DOI."""

    def populate_registry(self, pooch: Any) -> None:
        """Enter every file with its checksum into `pooch.registry`."""

    def download_url(self, file_name: str) -> str:
        """Address of a file."""


def register(fetcher: Any, doi: str, repository: Repository | None = None) -> None:
    """Enter every file's checksum and address.

    Args:
        fetcher: Of pooch.
        doi: Of the article.
        repository: By default the one that the DOI leads to.
    """
    from pooch.downloaders import doi_to_repository

    with warnings.catch_warnings():
        # the DOI names no version; the files' checksums are those of the newest
        warnings.simplefilter("ignore", UserWarning)
        if repository is None:
            repository = doi_to_repository(doi, headers=HEADERS, timeout=TIMEOUT_S)
        repository.populate_registry(fetcher)
    for name in fetcher.registry:
        fetcher.urls[name] = repository.download_url(name)


@dataclass(frozen=True, slots=True)
class Resuming:
    """A downloader for pooch that resumes where an earlier download of the file ended.

    Args:
        part: Holds what has arrived, until all has.
        name: The file's.
        progress: Called after each chunk.
    """

    part: Path
    name: str
    progress: Progress | None

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        """Download `url` to `output_file`; pooch then compares its checksum."""
        del pooch
        import requests

        start = self.part.stat().st_size if self.part.exists() else 0
        headers = {**HEADERS, "Range": f"bytes={start}-"} if start else HEADERS
        with requests.get(url, headers=headers, timeout=TIMEOUT_S, stream=True) as response:
            # 416: nothing is left to send; the checksum tells whether that is so
            if response.status_code != requests.codes.requested_range_not_satisfiable:
                self._write(response, start)
        self.part.replace(output_file)

    def _write(self, response: Any, start: int) -> None:
        import requests

        response.raise_for_status()
        resumed = response.status_code == requests.codes.partial_content
        # figshare's firewall answers 202 and an empty page to clients that it takes for robots
        if not resumed and response.status_code != requests.codes.ok:
            raise requests.HTTPError(f"{response.url} answered {response.status_code}, which is no file")
        done = start if resumed else 0
        total = done + int(response.headers.get("Content-Length", 0))
        with self.part.open("ab" if resumed else "wb") as file:
            for chunk in response.iter_content(_CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                if self.progress is not None:
                    self.progress(self.name, done, total)
