"""A campaign is the runs whose training seeds come from one salt, which is secret until it is published.

The noise of an answer is a public function of architecture and training seed. A submission that knew its
training seeds could compute every further draw, so they come from a salt that no submission is told. Runs
name it by its hash; once it is published with the results, anybody can compute every answer again.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from leaderboard.errors import RunFileError
from leaderboard.runs.key import Sha256
from nb301.files import file_written_whole, sha256
from nb301.parsing import read_bytes
from nb301.records import Record, first_wrong

#: Bits of a salt: nobody guesses it.
SALT_BITS = 256
#: Bytes of a file, 70 for each submission.
_MOST_BYTES = 2**20
#: Bits of a training seed: with a run's repeats added it is still an `int64`.
SEED_BITS = 62


class Campaign(Record):
    """A salt, and whom it may still surprise."""

    format: Literal[1] = 1
    """Version of the file, raised when a field changes."""
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
    """32 random bytes, as hex digits."""
    published: tuple[Sha256, ...] | None = None
    """Tree hashes of the submissions that had run before the salt was published; None while it is secret."""

    @property
    def id(self) -> str:
        """SHA-256 of the salt's bytes: runs name it without giving it away."""
        return sha256(bytes.fromhex(self.salt))

    def training_seed(self, seed: int) -> int:
        """Training seed of first evaluations in runs of a seed; the k-th repetition adds k.

        The first 62 bits of HMAC-SHA-256, with the salt's bytes as key, of the seed's decimal digits. Runs of
        equal seed share it, whatever the entry and the release.
        """
        return int.from_bytes(self.digest(str(seed))[:8]) >> (64 - SEED_BITS)

    def digest(self, text: str) -> bytes:
        """HMAC-SHA-256 of a text, with the salt's bytes as key: nobody knows it before the salt, 32 bytes."""
        return hmac.digest(bytes.fromhex(self.salt), text.encode(), "sha256")

    def is_new_to(self, tree_hash: str) -> bool:
        """Whether submitted files know nothing of the salt: it is secret, or was when they first ran."""
        return self.published is None or tree_hash in self.published


class _Taken(Exception):
    """Another process was faster."""


def begin_campaign(path: Path) -> Campaign:
    """Make a campaign with a new salt; of several processes that do so at once, the first one's counts.

    Args:
        path: Its file; its owner alone may read it.

    Raises:
        OutputError: It cannot be written.
        RunFileError: It cannot be read again.
    """
    made = Campaign(salt=secrets.token_hex(SALT_BITS // 8))
    with suppress(_Taken), file_written_whole(path) as temporary:
        _write(made, temporary)
        try:
            os.link(temporary, path)  # whole or not at all, and in the place of nothing
        except FileExistsError:
            raise _Taken from None
    return read_campaign(path)


def read_campaign(path: Path) -> Campaign:
    """Read a campaign.

    Raises:
        RunFileError: It cannot be read, or is none.
    """
    try:
        return Campaign.model_validate_json(read_bytes(path, _MOST_BYTES))
    except OSError as error:
        raise RunFileError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        raise RunFileError(
            f"{path}: holds no salt of a campaign ({first_wrong(error)}): restore it from a copy"
        ) from None


def _write(campaign: Campaign, path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(campaign.model_dump_json(indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
