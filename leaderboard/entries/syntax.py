"""Hashes of source code by its meaning: docstrings, comments and layout change nothing.

`ast.dump` differs between versions of Python, which add fields to nodes; here whatever is empty is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from nb301.files import sha256

#: Nodes that have a docstring.
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@lru_cache(maxsize=256)  # entries share files
def syntax_hash(source: bytes) -> str:
    """SHA-256 of a module's syntax tree without docstrings, equal on Python 3.11 and later.

    Raises:
        SyntaxError: It is no Python.
    """
    return sha256("".join(_written(ast.parse(source))).encode())


def _written(node: object) -> Iterator[str]:
    """A node as text: its type, and its fields that hold something."""
    if isinstance(node, list):
        yield "["
        for item in node:
            yield from _written(item)
        yield "]"
    elif isinstance(node, ast.AST):
        yield f"{type(node).__name__}("
        for name, value in ast.iter_fields(node):
            held = _held(node, name, value)
            # `u"a"` is `"a"`
            if held not in (None, []) and name != "kind":
                yield f"{name}="
                yield from _written(held)
        yield ")"
    else:
        # what is printable differs between versions, too
        yield f"{type(node).__name__}:{node!a};"


def _held(node: ast.AST, name: str, value: object) -> object:
    """What counts of a field."""
    if isinstance(node, _DOCUMENTED) and name == "body":
        return node.body[ast.get_docstring(node, clean=False) is not None :]
    if isinstance(node, ast.JoinedStr) and name == "values":
        # 3.12.1 puts an empty text at the end of some formats
        return [part for part in node.values if not (isinstance(part, ast.Constant) and part.value == "")]
    return value
