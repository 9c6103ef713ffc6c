"""Records: what is written as JSON or TOML and read again, checked key by key with pydantic."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from nb301.errors import one_line


class Record(BaseModel):
    """What we write: frozen, without unknown keys, without NaN and infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DescribedRecord(Record):
    """The docstring below a field is its description in the JSON schema, which takes time to read."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class StrictRecord(DescribedRecord):
    """What strangers write: no value is converted from another type, either."""

    model_config = ConfigDict(strict=True)


class PartialRecord(BaseModel):
    """What others write, of which only a part is read: unknown keys are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


def first_wrong(error: ValidationError) -> str:
    """The first of the things that are wrong with a record: its place, and what is, in one line."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return one_line(f"{place}: {first['msg']}" if place else first["msg"])
