"""Tests of `validation.code_hash`."""

from __future__ import annotations

import pytest

from validation import code_hash as hashing
from validation.code_hash import code_hash


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of three modules, of which the first imports the second; writes one anew."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(hashing, "_OURS", ("hashed_package",))
    folder = tmp_path / "hashed_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "first.py").write_text("from hashed_package import second\nimport numpy\nONE = second.TWO\n")
    (folder / "second.py").write_text('"""Words."""\n\nTWO = 2\n')
    (folder / "third.py").write_text("THREE = 3\n")

    def hash_with(name="third", text="THREE = 3\n"):
        (folder / f"{name}.py").write_text(text)
        code_hash.cache_clear()
        return code_hash("hashed_package.first")

    yield hash_with
    code_hash.cache_clear()


def test_what_is_imported_counts(package):
    """Of a module's imports the code counts, and no words; of others nothing."""
    before = package()
    assert package("third", "THREE = 4\n") == before
    assert package("second", '"""Other words."""\nTWO = 2  # two\n') == before
    assert package("second", "TWO = 3\n") != before


def test_versions_of_libraries_count(package, monkeypatch):
    """With another numpy nothing is as it was."""
    before = package()
    monkeypatch.setattr(hashing, "version", lambda library: f"{library} 0.0")
    assert package() != before


def test_optimizers_have_hashes_of_their_own():
    """A change of one leaves what is kept of the others."""
    assert code_hash("nb301.optimizers.rs") != code_hash("nb301.optimizers.de")
    deciding, libraries = hashing._imported_by(("nb301.optimizers.re",))
    assert {"nb301.optimizers.re", "nb301.optimizers.rs", "nb301.space.genotypes"} <= deciding
    assert "nb301.optimizers.de" not in deciding
    assert libraries == {"numpy"}


def test_a_folder_of_data_beside_a_module_is_no_module(package, tmp_path):
    """`claims.py` has its claims in `claims/`."""
    before = package()
    (tmp_path / "hashed_package" / "second").mkdir()
    assert package() == before
