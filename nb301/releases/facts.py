"""What queries need of a manifest: of embedded ones read without pydantic, whose import takes 0.1 s."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from nb301.files import sha256

FILE = "manifest.json"
#: Most bytes of a manifest, which has some thousand, and of all other files together; the latter where they
#: are read, and where they are mapped into memory: an official XGBoost member has up to 400 MB (F34).
LARGEST, LARGEST_FILES, LARGEST_MAPPED = 2**20, 2**30, 2**34
#: SHA-256 of the embedded releases' manifests: who has these bytes need not check them key by key again.
EMBEDDED = frozenset(
    {
        "7a1393d66fc7a0ceb697a614bcdb518ce55e2f40facc3ae26e7a827c767ae532",  # cifar10-gin-rand-v1.0
        "8eabccf500bd75124cfbe629dc0daabe7b1be75187039c835e765053235c28e9",  # cifar10-lgb-rand-v1.0
        "bf2f46f02f590490052dc8cfd918a94394af72a95383ad295faf46d32e2785de",  # cifar10-xgb-rand-v1.0
        "688f1bcdc801354913caca120a2a0ffb4ef5243ab427c68f2c7b6a5740fa614b",  # emulated-gin-rand-v2.0
        "653318b209a69c9a140a4ed8610c81a198f246e03c269edf33b4e96db55c0b61",  # emulated-gin-v2.0
        "67224d62a73203cc3ec06863a37e6b1c1f47454c8a05f1d4cee75d11c2a61559",  # emulated-lgb-rand-v2.0
        "f9c623e2ae72613965f434f9c8550cda96ae8b19386e1b7b8ec2c47d0a417d6d",  # emulated-lgb-v2.0
        "93a3328f38911f44cbf3b9c8eba1f1cffa0b652f98886236f872471acfc14951",  # emulated-xgb-rand-v2.0
        "101595a0e88c1e1339d447bee47a9e6a70efbf463b4fb01409e267529a95b1c1",  # emulated-xgb-v2.0
        "fbaff66e8e24180543fc49528df731cf6a351be2c502ea6318ab7f52cbd20904",  # fashion-mnist-tiny-gin-v1.0
        "e1f0dd3d01f506c32b377e896a41627fcb26575bdb648333ff1e9b89c0e7361e",  # fashion-mnist-tiny-xgb-v1.0
    }
)


class File(NamedTuple):
    """One file of a release; see `manifest.FileReference`."""

    sha256: str
    bytes: int


class NoiseLine(NamedTuple):
    """The std of trainings by their mean; see `manifest.Noise`."""

    low: float
    high: float
    std_at_low: float
    std_at_high: float


class Facts(NamedTuple):
    """Of a manifest; see `manifest.Manifest`."""

    name: str
    family: str
    members: int
    truth: str
    files: Mapping[str, File]
    noise: NoiseLine | None
    is_imported: bool
    #: Of an imported runtime model; None of one that was fitted here.
    runtime_members: int | None

    @classmethod
    def of(cls, entries: Mapping[str, Any]) -> Facts:
        """Those of a manifest's entries, which are known to be right."""
        noise, imported = entries.get("noise"), entries.get("imported")
        runtime = imported and imported["runtime"]
        return cls(
            name=entries["name"],
            family=entries["family"],
            members=entries["members"],
            truth=entries["table"]["truth"],
            files={name: File(**file) for name, file in entries["files"].items()},
            noise=None if noise is None else NoiseLine(**noise),
            is_imported=imported is not None,
            runtime_members=len(runtime["members"]) if runtime else None,
        )


def of_embedded(text: bytes) -> Facts | None:
    """Facts of a manifest that is an embedded release's byte by byte; None of any other."""
    return Facts.of(json.loads(text)) if sha256(text) in EMBEDDED else None
