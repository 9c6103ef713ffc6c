"""What a submission is: a folder with `submission.toml` and, mostly, `optimizer.py`."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, field_validator

from leaderboard.entries.tree import read_tree, tree_hash
from leaderboard.errors import SubmissionError
from leaderboard.legible import ONE_LINE, legible, marred
from leaderboard.problems import Problem
from leaderboard.sandbox.limits import Limits
from nb301.errors import shown
from nb301.parsing import parse_toml
from nb301.records import StrictRecord
from nb301.surrogates import FAMILIES

#: Names that a submission's files must not have, since the sandbox has modules of that name.
_TAKEN = {"leaderboard", "nb301"}
#: Most settings, and most bytes of them as JSON: one message carries them, see `messages.MAX_LINE`.
_MAX_SETTINGS, _MAX_SETTINGS_BYTES = 100, 16 * 1024
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9.!+_-]+)")
#: In a submission's folder: what the author says of it.
MANIFEST = "submission.toml"
#: In a submission's folder: every package that is installed, with version and hash.
LOCK = "requirements.lock"
#: The requirement that stands for this library's space and optimizers, see `mounts.own_files`.
LIBRARY = "nb301"
#: The same and the adapter of optimizers on a ConfigSpace, `leaderboard.inside.configspace`.
ADAPTER = "nb301[configspace]"
_OURS = {LIBRARY, ADAPTER}
#: Why this library is no package of a submission.
NO_RELEASES = "nothing of nb301 is in the sandbox but its space and optimizers, which 'nb301' stands for"

#: Families of models; `none` for optimizers without one.
Family = Literal[
    "none",
    "xgboost",
    "lightgbm",
    "other-gbdt",
    "random-forest",
    "gin",
    "other-gnn",
    "gp",
    "mlp",
    "kernel-density",
    "linear",
    "other",
]


def _legible(text: str) -> str:
    if fault := marred(text):
        raise ValueError(f"{fault}: write what readers see, and nothing else")
    return text


_Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE, strip_whitespace=True),
    AfterValidator(_legible),
]
_Problem = Annotated[Problem, Field(strict=False)]  # TOML has texts
_Text = Annotated[str, StringConstraints(max_length=400), AfterValidator(_legible)]


class ModelUse(StrictRecord):
    """Which models the optimizer fits to results."""

    families: Annotated[list[Family], Field(min_length=1)]
    """All families that are fitted while it runs; `none` stands alone."""
    statement: _Text = ""
    """In the author's words."""
    pretrained: bool = False
    """Whether a model comes with weights."""

    @field_validator("families")
    @classmethod
    def _none_is_alone(cls, families: list[str]) -> list[str]:
        if "none" in families and len(families) > 1:
            raise ValueError(f"'none' stands alone, got {families}")
        return families


class PriorKnowledge(StrictRecord):
    """What the author has let the optimizer know beforehand."""

    used_benchmark_data: bool
    """Whether results of this benchmark, or of NAS-Bench-301, went into its design or settings."""
    embedded_architectures: Annotated[int, Field(ge=0)] = 0
    """Architectures that are written into the code."""
    statement: _Text = ""
    """In the author's words."""


class Resources(StrictRecord):
    """What a run may use; the bounds are the leaderboard's."""

    memory_mb: Annotated[int, Field(ge=64, le=4096)] = 1024
    """Resident memory, MiB."""
    cpu_seconds: Annotated[int, Field(ge=10, le=36_000)] = 3600
    """Processor seconds of a whole run, of all threads together."""
    answer_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    """Seconds for each `ask`, `tell` and `recommend`."""
    threads: Annotated[int, Field(ge=1, le=2)] = 1
    """That numerical libraries are told to use."""


class SubmissionManifest(StrictRecord):
    """`submission.toml`."""

    name: _Line
    """For people; the folder's name is the entry's own."""
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$", max_length=40)]
    """Of the submission: letters, digits and `.+-`."""
    authors: _Line
    """Names, affiliations: free text."""
    description: _Text
    """What it does."""
    licence: _Line
    """SPDX expression of the submission's code."""
    reference: _Line
    """Paper or address."""
    entry_point: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")] = (
        "optimizer:Optimizer"
    )
    """`module:name` of a class or a function."""
    problems: Annotated[list[_Problem], Field(min_length=1)] = [Problem.accuracy]  # noqa: RUF012
    """What it can search for: `accuracy`, `multi-fidelity`, `multi-objective`; it runs on their tracks."""
    requirements: list[str] = []  # noqa: RUF012 - pydantic copies it
    """`name==version`, `nb301` for the library's space and optimizers, or `nb301[configspace]` for these and
    the adapter."""
    model_use: ModelUse
    """Which models it fits to results."""
    prior_knowledge: PriorKnowledge
    """What the author has let it know beforehand."""
    resources: Resources = Resources()
    """What a run may use; the bounds are the leaderboard's."""
    deterministic: bool = True
    """Whether equal seeds and results give equal proposals."""
    settings: Annotated[dict[str, int | float | str | bool], Field(max_length=_MAX_SETTINGS)] = {}  # noqa: RUF012
    """Keyword arguments of the entry point: together 16 KiB as JSON, integers of 64 bits."""

    @field_validator("problems")
    @classmethod
    def _once(cls, problems: list[Problem]) -> list[Problem]:
        if len({*problems}) < len(problems):
            raise ValueError(f"each stands once, got {[*map(str, problems)]}")
        return problems

    @field_validator("settings")
    @classmethod
    def _bounded(cls, settings: dict[str, int | float | str | bool]) -> dict[str, int | float | str | bool]:
        for name, value in settings.items():
            if isinstance(value, int) and not -(2**63) <= value < 2**64:
                raise ValueError(f"{shown(name)} has more than 64 bits")
        size = len(json.dumps(settings))
        if size > _MAX_SETTINGS_BYTES:
            raise ValueError(
                f"{size:,} bytes as JSON, allowed are {_MAX_SETTINGS_BYTES:,}: put data into a file of the "
                "submission"
            )
        return settings

    @field_validator("requirements")
    @classmethod
    def _pinned(cls, requirements: list[str]) -> list[str]:
        for requirement in requirements:
            if requirement in _OURS:
                continue
            if _is_ours(requirement):
                raise ValueError(
                    f"{requirement!r}: write '{LIBRARY}' or '{ADAPTER}', without a version: {NO_RELEASES}"
                )
            if not _REQUIREMENT.fullmatch(requirement):
                raise ValueError(
                    f"{requirement!r} is not pinned: write 'name==version', such as 'numpy==2.4.6'; only "
                    f"'{LIBRARY}' and '{ADAPTER}' stand alone"
                )
        return requirements


class Submission:
    """A submission's folder, read and checked; nothing in it is run.

    Args:
        folder: Its name is the submission's slug.

    Raises:
        SubmissionError: Something is missing, unknown, too large or wrong; names it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.slug = check_slug(Path(os.path.realpath(folder)).name)
        #: Contents by path, as they were when this was made: what is hashed, scanned, shown and run.
        self.files = read_tree(folder) if folder.is_dir() else {}
        self.manifest = _read_manifest(folder / MANIFEST, self.files.get(MANIFEST))
        for name in self.files:
            if re.split("[/.]", name)[0] in _TAKEN:
                raise SubmissionError(f"{folder / name}: would hide the module of that name that is inside")
        check_names(self.installed, folder / LOCK)

    @cached_property
    def tree_hash(self) -> str:
        """SHA-256 over the paths and contents of all files: another byte, another submission."""
        return tree_hash(self.files)

    @property
    def packages(self) -> list[str]:
        """Requirements that are installed, without the library's."""
        return [package for package in self.manifest.requirements if package not in _OURS]

    @property
    def installed(self) -> list[str]:
        """Names of all packages that are installed for it, as it has locked them."""
        lines = self.files.get(LOCK, b"").decode("utf-8", "replace").splitlines()
        return [line.partition("==")[0] for line in lines]

    @property
    def uses_library(self) -> bool:
        """Whether the space and the optimizers of nb301 are among the requirements."""
        return not _OURS.isdisjoint(self.manifest.requirements)

    @property
    def uses_adapter(self) -> bool:
        """Whether the adapter of optimizers on a ConfigSpace is, too."""
        return ADAPTER in self.manifest.requirements

    @property
    def is_function(self) -> bool:
        """Whether its entry point is a function of its own, which takes part with one worker alone."""
        module, _, name = self.manifest.entry_point.partition(":")
        source = self.files.get(f"{module.replace('.', '/')}.py", b"")
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError):
            return False  # the scan says so
        return any(isinstance(node, ast.FunctionDef) and node.name == name for node in body)

    def limits(self) -> Limits:
        """The limits that its declared resources give."""
        resources = self.manifest.resources
        return Limits(
            memory_mb=resources.memory_mb,
            cpu_seconds=resources.cpu_seconds,
            # the evaluator's own time is in it
            wall_seconds=2.0 * resources.cpu_seconds + 3600,
            answer_seconds=float(resources.answer_seconds),
            threads=resources.threads,
        )

    def conflicts_with(self, family: str) -> list[str]:
        """Declared families of models that are those of a release's surrogate (Section 7)."""
        return conflicting(self.manifest.model_use.families, family)


def conflicting(families: Iterable[str], family: str) -> list[str]:
    """Those of an entry's families of models that are those of a release's surrogate (Section 7).

    Of a family that nobody has compared with others, any model may be one.
    """
    declared = {*families} - {"none"}
    return sorted(declared & FAMILIES[family].conflicts if family in FAMILIES else declared)


def check_slug(name: str) -> str:
    """Check the name of a submission's folder, which names files and addresses.

    Raises:
        SubmissionError: It cannot be one.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        raise SubmissionError(
            f"{name!r}: a submission's folder is named with lower-case letters, digits and hyphens, such as "
            "'my-search'"
        )
    return name


def check_names(packages: Iterable[str], lock: Path) -> None:
    """Check that this library is not among the packages of a lock, by itself or for another's sake.

    Raises:
        SubmissionError: It is.
    """
    for name in packages:
        if _is_ours(name):
            raise SubmissionError(f"{lock}: {name} is in it: {NO_RELEASES}")


def _is_ours(requirement: str) -> bool:
    """Whether it is this library, however the name is written."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]", "", name).lower() == LIBRARY


def _read_manifest(path: Path, data: bytes | None) -> SubmissionManifest:
    """Read the content of a manifest; None where there is none."""
    if data is None:
        raise SubmissionError(
            f"{path}: there is no such file; `python -m leaderboard new NAME` makes a folder that has all"
        )
    try:
        content = parse_toml(data)
    except ValueError as error:
        raise SubmissionError(f"{path}: cannot be read as TOML: {legible(str(error))}") from None
    try:
        return SubmissionManifest.model_validate(content)
    except ValidationError as error:
        explained = "\n".join(f"  {_explained(fault)}" for fault in error.errors())
        raise SubmissionError(f"{path}:\n{explained}") from None


def _explained(error: Any) -> str:
    """One of pydantic's errors in the author's terms."""
    place = legible(".".join(str(part)[:100] for part in error["loc"]))
    match error["type"]:
        case "extra_forbidden":
            return f"{place}: unknown key: check its spelling, and the table that it stands in"
        case "missing":
            return f"{place}: is missing"
    return f"{place}: {error['msg']}, got {error['input']!r:.100}"
