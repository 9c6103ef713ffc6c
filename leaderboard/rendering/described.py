"""Records and constants described for readers: by the comments beside them in the source, typed once."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from leaderboard.legible import ONE_LINE

_TYPES = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record."""

    name: str
    #: Type and bounds in words.
    allowed: str
    #: As JSON; empty where the key is required.
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of one record."""

    #: Of the class.
    name: str
    #: First line of its docstring.
    about: str
    #: Where it stands in the outermost record, such as `cell.limits`; empty for that one.
    path: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Constants:
    """Constants that one comment explains."""

    comment: str
    #: Names and values, as the source has them.
    values: tuple[tuple[str, str], ...]


def comments(described: type) -> dict[str, str]:
    """Comments right above the attributes of a class, by attribute, without their marks."""
    source = textwrap.dedent(inspect.getsource(described))
    (definition,) = ast.parse(source).body
    lines = source.splitlines()
    return {
        name: text
        for statement in getattr(definition, "body", [])
        for name in _names(statement)
        if (text := _above(statement, lines))
    }


def constants(source: str) -> Iterator[Constants]:
    """Constants of a module that have a comment, in their order.

    Those that follow on the next line belong to the same comment; a dict gives one value for each key.
    """
    lines = source.splitlines()
    comment, values, end = "", list[tuple[str, str]](), 0
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign):
            above = _above(statement, lines)
            if above or statement.lineno != end + 1:
                if comment:
                    yield Constants(comment, tuple(values))
                comment, values = above, []
            values += _values(statement)
            end = statement.end_lineno or statement.lineno
    if comment:
        yield Constants(comment, tuple(values))


def record_keys(record: type[BaseModel]) -> list[Keys]:
    """Keys of a record, then those of the records within it."""
    schema = record.model_json_schema()
    definitions = {record.__name__: schema, **schema.get("$defs", {})}
    return [
        Keys(each.__name__, _about(each), path, tuple(_keys(each, definitions)))
        for path, each in _records(record, "")
    ]


def _records(record: type, path: str) -> Iterator[tuple[str, type]]:
    """The record, and all that its fields hold, by where they stand."""
    yield path, record
    for name, hint in get_type_hints(record).items():
        for each in (hint, *get_args(hint)):
            if _is_record(each):
                yield from _records(each, f"{path}.{name}" if path else name)


def _keys(record: type, definitions: Mapping[str, Any]) -> Iterator[Key]:
    meanings, hints = comments(record), get_type_hints(record)
    for name, allowed in definitions[record.__name__]["properties"].items():
        default = allowed.get("default", ...)
        within = [_about(each) for each in (hints[name], *get_args(hints[name])) if _is_record(each)]
        yield Key(
            name=name,
            allowed=_allowed(allowed, definitions),
            default="" if default is ... else "its defaults" if "$ref" in allowed else json.dumps(default),
            meaning=meanings.get(name) or " ".join(within),
        )


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, BaseModel))


def _about(described: type) -> str:
    return (inspect.getdoc(described) or "").partition("\n")[0]


def _allowed(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A JSON schema in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _allowed(definitions[name], definitions) if "enum" in definitions[name] else "a record"
    if "anyOf" in schema:
        return " or ".join(_allowed(each, definitions) for each in schema["anyOf"])
    if "const" in schema:
        return f"{schema['const']}"
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of: {_allowed(schema['items'], definitions)}{_bounds(schema, 'Items')}"
    if schema.get("type") == "object":
        return f"names with: {_allowed(schema['additionalProperties'], definitions)}"
    return _TYPES.get(schema.get("type", ""), "anything") + _bounds(schema, "Length")


def _bounds(schema: Mapping[str, Any], unit: str) -> str:
    low, high = schema.get(f"min{unit}"), schema.get(f"max{unit}")
    counted = "characters" if unit == "Length" else "of them"
    ends = [
        f"{word} {value:,} {what}".rstrip()
        for word, value, what in (
            ("at least", low, counted),
            ("at most", high, counted),
            ("at least", schema.get("minimum"), ""),
            ("above", schema.get("exclusiveMinimum"), ""),
            ("at most", schema.get("maximum"), ""),
            ("below", schema.get("exclusiveMaximum"), ""),
        )
        if value is not None
    ]
    pattern = schema.get("pattern", "")
    ends += ["in one line"] if pattern == ONE_LINE else [f"that matches {pattern}"] if pattern else []
    return ", ".join(["", *ends])


def _names(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _above(statement: ast.stmt, lines: Sequence[str]) -> str:
    """The comment that ends on the line before a statement."""
    found: list[str] = []
    for line in reversed(lines[: statement.lineno - 1]):
        if not line.strip().startswith("#"):
            break
        found.insert(0, line.strip().lstrip("#:").strip())
    return " ".join(found)


def _values(statement: ast.Assign) -> Iterator[tuple[str, str]]:
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from ((ast.unparse(t), ast.unparse(v)) for t, v in zip(target.elts, value.elts, strict=True))
    elif isinstance(value, ast.Dict):
        for key, of_key in zip(value.keys, value.values, strict=True):
            yield f"{ast.unparse(target)}[{ast.unparse(key) if key else ''}]", ast.unparse(of_key)
    else:
        yield ast.unparse(target), ast.unparse(value)
