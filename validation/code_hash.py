"""Hashes of our own code by its meaning: what is kept of a computation is named by the code that made it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from pathlib import Path

from nb301.files import sha256

_OURS = ("nb301", "validation")
#: What objects show of themselves decides nothing.
_SHOWS = "nb301.display"
#: Nodes that have a docstring.
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


@cache
def code_hash(*modules: str) -> str:
    """SHA-256 of modules, of all modules of ours that they import, and of their libraries' versions.

    Docstrings, comments and layout do not change it. It is equal on one version of Python: what it names is
    kept for this machine.

    Args:
        modules: Full names, such as `nb301.optimizers.re`.
    """
    deciding, libraries = _imported_by(modules)
    parts = [f"{name} {_meaning(_path(name))}" for name in sorted(deciding)]
    parts += [f"{name} {_version(name)}" for name in sorted(libraries)]
    return sha256("\n".join([sys.version, *parts]).encode())


def _imported_by(modules: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """Modules of ours that decide what some do, themselves included, and libraries, by name."""
    deciding: set[str] = set()
    libraries: set[str] = set()
    left = list(modules)
    while left:
        name = left.pop()
        if name in deciding:
            continue
        deciding.add(name)
        for imported in _imports(_path(name)):
            top = imported.partition(".")[0]
            if imported.startswith(_SHOWS):
                continue
            if top in _OURS:
                left.append(imported)
            elif top not in sys.stdlib_module_names:
                libraries.add(top)
    return deciding, libraries


def _imports(path: Path) -> Iterator[str]:
    """Full names of what a module imports, anywhere in it but for types alone.

    They are modules, of `from` imports those they are from.
    """
    tree = ast.parse(path.read_bytes())
    left = [node for node in tree.body if not _is_for_types(node)]
    for node in chain.from_iterable(map(ast.walk, left)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            within = [f"{node.module}.{alias.name}" for alias in node.names]
            is_ours = node.module.partition(".")[0] in _OURS
            modules = [name for name in within if is_ours and _path(name).is_file()]
            yield from modules or [node.module]


def _is_for_types(node: ast.stmt) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _path(module: str) -> Path:
    """Where a module of ours is, or would be."""
    package, *rest = module.split(".")
    place = Path(str(import_module(package).__file__)).parent.joinpath(*rest)
    init = place / "__init__.py"
    return init if init.is_file() else place.with_suffix(".py")  # a folder beside it may hold its data


def _meaning(path: Path) -> str:
    """Hash of a syntax tree without docstrings."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return sha256(ast.dump(tree).encode())


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # imported by another name than it is installed by
        return ""
