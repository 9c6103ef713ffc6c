"""Containers and files that hold a genotype."""

from __future__ import annotations

import json

import pytest

from nb301 import formats
from nb301.errors import GenotypeError


def test_reads_an_official_result_file(official_result, tmp_path):
    """Of a result file the architecture is read, from its path, text and dict; the rest says how it was."""
    path = tmp_path / "results_0.json"
    path.write_text(json.dumps(official_result), encoding="utf-8")
    expected = formats.from_config(official_result[formats.RESULT_KEY])
    for written in (path, path.read_text(encoding="utf-8"), path.read_bytes(), official_result):
        assert formats.read(written) == expected


@pytest.mark.parametrize("name", ["nothing", ".", "/dev/zero"])
def test_refuses_what_is_no_file(tmp_path, name):
    """A path without a file of a genotype's size is refused; devices, which may have no end, are not read."""
    with pytest.raises(GenotypeError, match="no such file"):
        formats.read(tmp_path / name)


def test_refuses_files_that_are_no_text(tmp_path):
    """A file in another encoding, or of another size, is refused with its name."""
    path = tmp_path / "genotype.txt"
    for data, words in ((b"\xff\xfe", "no UTF-8"), (b" " * 300_000, "at most 65,536")):
        path.write_bytes(data)
        with pytest.raises(GenotypeError, match=f"genotype.txt: .*{words}"):
            formats.read(path)
