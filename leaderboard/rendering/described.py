"""Records and constants described for readers: records by their JSON schemas, constants by their comments."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from leaderboard.legible import ONE_LINE

Schema = Mapping[str, Any]

_TYPES = {
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "null": "null",
}
#: Bounds of a JSON schema, and how they are said; where there is a unit, it is what is counted.
_BOUNDS = (
    ("minLength", "at least", "characters"),
    ("minItems", "at least", "of them"),
    ("maxLength", "at most", "characters"),
    ("maxItems", "at most", "of them"),
    ("minimum", "at least", ""),
    ("exclusiveMinimum", "above", ""),
    ("maximum", "at most", ""),
    ("exclusiveMaximum", "below", ""),
)


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


def record_keys(record: type[BaseModel]) -> list[Keys]:
    """Keys of a record, then those of the records within it; a key means what the docstring below it says."""
    schema = record.model_json_schema()
    return list(_keys_within(schema, schema.get("$defs", {}), ""))


def constants(source: str) -> Iterator[Constants]:
    """Constants of a module that have a comment, in their order.

    Those that follow on the next line belong to the same comment; a dict gives one value for each key.
    """
    lines = source.splitlines()
    comment, values, end = "", list[tuple[str, str]](), 0
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign):
            above = _comment_above(statement, lines)
            if above or statement.lineno != end + 1:
                if comment:
                    yield Constants(comment, tuple(values))
                comment, values = above, []
            values += _values(statement)
            end = statement.end_lineno or statement.lineno
    if comment:
        yield Constants(comment, tuple(values))


def _keys_within(schema: Schema, definitions: Mapping[str, Schema], path: str) -> Iterator[Keys]:
    """Keys of a record by its schema, then those of the records that its keys hold."""
    keys = tuple(_key(name, value, definitions) for name, value in schema["properties"].items())
    yield Keys(schema["title"], _about(schema), path, keys)
    for name, value in schema["properties"].items():
        for record in _records(value, definitions):
            yield from _keys_within(record, definitions, f"{path}.{name}" if path else name)


def _key(name: str, schema: Schema, definitions: Mapping[str, Schema]) -> Key:
    default = ""
    if "default" in schema:
        default = "its defaults" if "$ref" in schema else json.dumps(schema["default"])
    meaning = " ".join(schema.get("description", "").split())
    return Key(
        name=name,
        allowed=_allowed(schema, definitions),
        default=default,
        meaning=meaning or " ".join(map(_about, _records(schema, definitions))),
    )


def _records(schema: Schema, definitions: Mapping[str, Schema]) -> list[Schema]:
    """Schemas of the records that a key may hold."""
    records = []
    for value in (schema, *schema.get("anyOf", ())):
        definition = _referred(value, definitions)
        if "properties" in definition:
            records.append(definition)
    return records


def _referred(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """The definition that a schema refers to, if it does to one."""
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _about(schema: Schema) -> str:
    """First line of a class's docstring."""
    description: str = schema.get("description", "")
    return description.partition("\n")[0]


def _allowed(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    """A JSON schema in words."""
    if "$ref" in schema:
        definition = _referred(schema, definitions)
        return _allowed(definition, definitions) if "enum" in definition else "a record"
    if "anyOf" in schema:
        return " or ".join(_allowed(value, definitions) for value in schema["anyOf"])
    if "const" in schema:
        return f"{schema['const']}"
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of: {_allowed(schema['items'], definitions)}{_bounds(schema)}"
    if schema.get("type") == "object":
        return f"names with: {_allowed(schema['additionalProperties'], definitions)}"
    return _TYPES.get(schema.get("type", ""), "anything") + _bounds(schema)


def _bounds(schema: Schema) -> str:
    bounds = ""
    for name, words, unit in _BOUNDS:
        if name in schema:
            bounds += f", {words} {schema[name]:,} {unit}".rstrip()
    pattern = schema.get("pattern", "")
    if pattern:
        bounds += ", in one line" if pattern == ONE_LINE else f", that matches {pattern}"
    return bounds


def _comment_above(statement: ast.stmt, lines: Sequence[str]) -> str:
    """The comment that ends on the line before a statement."""
    comment: list[str] = []
    for line in reversed(lines[: statement.lineno - 1]):
        if not line.strip().startswith("#"):
            break
        comment.insert(0, line.strip().lstrip("#:").strip())
    return " ".join(comment)


def _values(statement: ast.Assign) -> Iterator[tuple[str, str]]:
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(map(ast.unparse, target.elts), map(ast.unparse, value.elts), strict=True)
    elif isinstance(value, ast.Dict):
        for key, entry in zip(value.keys, value.values, strict=True):
            yield f"{ast.unparse(target)}[{ast.unparse(key) if key else ''}]", ast.unparse(entry)
    else:
        yield ast.unparse(target), ast.unparse(value)
