"""Damaged official members: each is read, or ends in one line, in bounded time.

    python tests/fuzz/official.py [SEEDS]

Damages every form of a small member SEEDS times (1,000), and counts how many are still read.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nb301.errors import ReleaseError
from nb301.official.reading import read_member
from tests.official_files import damaged, every_form


def main(seeds: int) -> None:
    """Count, form by form; anything else than a member or a `ReleaseError` of one line ends it."""
    for form, data in every_form().items():
        still_read, slowest, said = 0, 0.0, set()
        for seed in range(seeds):
            start = time.perf_counter()
            try:
                read_member(form, damaged(data, seed))
                still_read += 1
            except ReleaseError as error:
                said.add(str(error))
            slowest = max(slowest, time.perf_counter() - start)
        assert all(map(str.isprintable, said)), form
        ends = f"{still_read:5} read, {seeds - still_read:5} refused, {len(said):5} messages"
        print(f"{form:16} {len(data):7,} bytes: {ends}, slowest {1000 * slowest:.0f} ms")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
