"""The public names: sorted, complete, importable, documented."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import pkgutil

import pytest

import nb301
from nb301 import errors

MODULES = [
    info.name for info in pkgutil.walk_packages(nb301.__path__, "nb301.") if info.name != "nb301.__main__"
]


def test_all_is_sorted_and_small():
    """`__all__` is sorted, without duplicates, 10-15 names."""
    assert nb301.__all__ == sorted(set(nb301.__all__))
    assert 10 <= len(nb301.__all__) <= 15


def test_all_is_complete():
    """Every public name that is no module is in `__all__`, and `dir` lists them."""
    for name in nb301.__all__:
        getattr(nb301, name)
    public = {
        name
        for name, value in vars(nb301).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public - {"annotations", "Any", "TYPE_CHECKING", "import_module"} <= {*nb301.__all__}
    assert {*nb301._LAZY} < {*nb301.__all__}
    assert dir(nb301) == sorted([*nb301.__all__, "__version__"])


@pytest.mark.parametrize("name", nb301.__all__)
def test_names_are_documented(name):
    """Every public name comes with a docstring of its own, and so does each of its public methods."""
    value = getattr(nb301, name)
    assert inspect.getdoc(value)
    if inspect.isclass(value):
        for method, function in vars(value).items():
            if not method.startswith("_") and callable(function):
                assert inspect.getdoc(function), f"{name}.{method}"


@pytest.mark.parametrize("name", nb301.__all__)
def test_star_import_gives_every_name(name):
    """`from nb301 import *` works, lazy names included."""
    names = {}
    exec("from nb301 import *", names)  # noqa: S102 - the only way to write it inside a function
    assert names[name] is getattr(nb301, name)


def test_version_is_the_distributions(monkeypatch):
    """`nb301.__version__` is what the installed distribution says."""
    monkeypatch.setattr(importlib.metadata, "version", {"nb301": "9.9"}.get)
    assert nb301.__version__ == "9.9"


def test_unknown_names_are_attribute_errors():
    """A name that does not exist is an AttributeError, as in any module."""
    assert not hasattr(nb301, "nonsense")
    with pytest.raises(AttributeError, match="'nb301' has no attribute 'nonsense'"):
        nb301.nonsense  # noqa: B018


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_documented(name):
    """Every module imports and has a docstring; where it has `__all__`, that is sorted and complete."""
    module = importlib.import_module(name)
    assert module.__doc__
    exported = getattr(module, "__all__", [])
    assert all(hasattr(module, public) for public in exported)
    assert len(set(exported)) == len(exported)


@pytest.mark.parametrize(
    "error", [e for e in vars(errors).values() if inspect.isclass(e) and e is not errors.Nb301Error]
)
def test_errors_have_one_root(error):
    """Every error is an Nb301Error with a docstring, and is in the module's overview."""
    assert issubclass(error, nb301.Nb301Error)
    assert inspect.getdoc(error)
    assert error.__name__ in errors.__doc__


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.GenotypeError, ValueError),
        (errors.TableError, ValueError),
        (errors.CostError, ValueError),
        (errors.TuningError, ValueError),
        (errors.UnknownRelease, LookupError),
        (errors.MissingExtra, ImportError),
    ],
)
def test_errors_are_also_the_builtin_that_callers_expect(error, builtin):
    """Who catches Python's own error catches ours."""
    assert issubclass(error, builtin)
