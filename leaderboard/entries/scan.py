"""Reads a submission's source for what the sandbox will refuse, and for models that it does not declare.

The sandbox enforces; this tells authors beforehand, and reviewers where to look. It reads names, so that it
can be deceived: a finding of level `review` is a question, and no finding is no proof.
"""

from __future__ import annotations

import ast
import enum
import io
import re
import sys
import tokenize
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from leaderboard.entries.submission import LIBRARY, LOCK, MANIFEST, Submission
from leaderboard.legible import decoded, legible, marred


class Severity(enum.StrEnum):
    """What follows from a finding."""

    #: The submission is not run.
    error = enum.auto()
    #: A person looks.
    review = enum.auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a submission's source."""

    severity: Severity
    #: `file:line`.
    place: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", legible(self.message[:_MAX_MESSAGE]))


#: Families of models that a package brings; one of them has to be declared.
MODEL_PACKAGES: dict[str, tuple[str, ...]] = {
    "xgboost": ("xgboost",),
    "lightgbm": ("lightgbm",),
    "catboost": ("other-gbdt",),
    "ngboost": ("other-gbdt",),
    "torch_geometric": ("gin", "other-gnn"),
    "dgl": ("gin", "other-gnn"),
    "gpytorch": ("gp",),
    "botorch": ("gp",),
    "GPy": ("gp",),
    "smac": ("random-forest", "gp"),
    "pyrfr": ("random-forest",),
    "optuna": ("kernel-density", "gp", "other"),
    "hyperopt": ("kernel-density",),
    # these hold many families, so that any declared one will do
    "sklearn": (),
    "torch": (),
    "tensorflow": (),
    "jax": (),
}
#: Packages whose module has another name.
_MODULES = {"scikit-learn": "sklearn", "gpy": "GPy"}
#: Modules that the sandbox makes useless or that no optimizer has a reason to use, and why.
REFUSED = {
    **dict.fromkeys(
        ("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "xmlrpc"), "there is no network"
    ),
    **dict.fromkeys(("subprocess", "multiprocessing", "pty"), "a submission is one process: use threads"),
    **dict.fromkeys(("ctypes", "_ctypes", "cffi"), "foreign functions are not reviewed"),
    **dict.fromkeys(("pickle", "marshal", "shelve", "dill", "joblib"), "pickled objects are code"),
}
#: Modules that load code which is not named in the source.
_LOADERS = {"importlib", "runpy", "zipimport", "zipfile", "code", "codeop"}
#: These decide where modules are found.
_IMPORTS = {"sys.path", "sys.modules", "sys.meta_path", "sys.path_hooks"}
#: How files begin that a machine or an interpreter runs, and nobody reads.
_COMPILED = [
    (
        re.compile(rb"\x7fELF|MZ|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]|\0asm"),
        "machine code",
    ),
    (re.compile(rb"..\r\n", re.DOTALL), "compiled Python"),
    (re.compile(rb".*PK\x05\x06", re.DOTALL), "an archive, which Python imports from"),
    (re.compile(rb"\x80[\x02-\x05]"), "a pickle, and pickled objects are code"),
]
#: How the names of such files end: these are loaded whatever is in them.
_COMPILED_NAMES = re.compile(
    r"\.(so(\.\d+)*|py[cdoz]|pth|whl|egg|zip|dll|dylib|[ao]|pkl|pickle|joblib|dill)$", re.IGNORECASE
)
#: Most characters of data that a person can look through.
_MAX_DATA = 10_000
#: Most findings that a page has room for, and most characters of a message.
_MAX_FINDINGS, _MAX_MESSAGE = 200, 300
#: Words in names of classes and functions that suggest a model, with its families.
_HAND_ROLLED: list[tuple[re.Pattern[str], tuple[str, ...]]] = [
    (
        re.compile(r"xgb|lgbm|boosted|gradient_?boost|gbdt", re.IGNORECASE),
        ("xgboost", "lightgbm", "other-gbdt"),
    ),
    (
        re.compile(r"random_?forest|(decision|regression)_?tree", re.IGNORECASE),
        ("random-forest", "other-gbdt"),
    ),
    (re.compile(r"graph_?conv|message_?pass|\bgin|gnn|graph_?net", re.IGNORECASE), ("gin", "other-gnn")),
    (re.compile(r"gaussian_?process|cholesky", re.IGNORECASE), ("gp",)),
    (re.compile(r"parzen|kernel_?density", re.IGNORECASE), ("kernel-density",)),
    (re.compile(r"perceptron|\bmlp|neural|back_?prop", re.IGNORECASE), ("mlp", "gin", "other-gnn")),
]


def scan(submission: Submission) -> list[Finding]:
    """List what a submission's files show, errors first."""
    findings = [*_written(submission), *_installed(submission)]
    for name, data in submission.files.items():
        findings += _scan_file(submission, name, data) if name.endswith(".py") else _scan_data(name, data)
    findings.sort(key=lambda finding: (finding.severity != Severity.error, finding.place))
    left = len(findings) - _MAX_FINDINGS
    if left <= 0:
        return findings
    message = f"{left:,} more findings, which are not listed"
    return [*findings[:_MAX_FINDINGS], Finding(Severity.review, f"{MANIFEST}:0", message)]


def _installed(submission: Submission) -> Iterator[Finding]:
    """Packages with models that the requirements bring, where no model was declared."""
    for name in submission.installed:
        module = _MODULES.get(name, name.replace("-", "_"))
        if module in MODEL_PACKAGES and submission.manifest.model_use.families == ["none"]:
            yield Finding(
                Severity.review, f"{LOCK}:0", f"installs {name}, but model_use.families is ['none']: why?"
            )


def _written(submission: Submission) -> Iterator[Finding]:
    """Letters of two alphabets in one word of what readers know an entry by."""
    manifest = submission.manifest
    for key in ("name", "authors", "reference"):
        for word in re.findall(r"\w+", getattr(manifest, key)):
            alphabets = {unicodedata.name(sign, "?").partition(" ")[0] for sign in filter(str.isalpha, word)}
            if len(alphabets & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1:
                message = (
                    f"{key}: {word!a} has letters of {' and '.join(sorted(alphabets))}: is it deceptive?"
                )
                yield Finding(Severity.review, f"{MANIFEST}:0", message)


def _scan_data(name: str, data: bytes) -> Iterator[Finding]:
    """A file that is no Python source: may it be code, and can a person read it?"""
    place = f"{name}:0"
    kinds = [kind for pattern, kind in _COMPILED if pattern.match(data)]
    if named := _COMPILED_NAMES.search(name):
        kinds.append(f"called {named[0]}")
    text = decoded(data)
    if named or (kinds and text is None):
        yield Finding(Severity.error, place, f"is {kinds[0]}: a submission is source that people can read")
    elif text is None:
        yield Finding(Severity.review, place, f"holds {len(data):,} bytes that are no text: what is in it?")
    elif len(text) > _MAX_DATA and name != LOCK:
        yield Finding(Severity.review, place, f"holds {len(text):,} characters of data: what is in it?")


def _scan_file(submission: Submission, name: str, data: bytes) -> Iterator[Finding]:
    """Python source: can it be read, and what does it use?"""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        tree = ast.parse(data, filename=name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", 0) or 0
        yield Finding(Severity.error, f"{name}:{line}", f"is no Python that can be read: {error}")
        return
    if encoding not in {"utf-8", "utf-8-sig"}:
        message = f"is encoded as {encoding}, so that readers see something else than Python: write UTF-8"
        yield Finding(Severity.error, f"{name}:1", message)
        return
    for number, line in enumerate(data.decode(encoding).replace("\r\n", "\n").split("\n"), 1):
        if sign := marred(line):
            yield Finding(Severity.review, f"{name}:{number}", f"has {sign}: what is it for?")
    for node in ast.walk(tree):
        place = f"{name}:{getattr(node, 'lineno', 0)}"
        for severity, message in chain(_imports(node, submission), _names(node, submission), _calls(node)):
            yield Finding(severity, place, message)


def _imports(node: ast.AST, submission: Submission) -> Iterator[tuple[Severity, str]]:
    """Modules that are refused, that load others, or that nothing brings."""
    for module in _imported(node):
        top = module.partition(".")[0]
        if top in REFUSED:
            yield Severity.error, f"imports {top}: {REFUSED[top]}"
        elif top in MODEL_PACKAGES:
            yield from _model_package(top, submission)
        elif top in _LOADERS:
            yield Severity.review, f"imports {top}: what it loads is not read here"
        elif top == LIBRARY and not submission.uses_library:
            yield Severity.error, f"imports {LIBRARY}, which is not among the requirements: add '{LIBRARY}'"
        elif not _is_known(top, submission):
            yield (
                Severity.review,
                f"imports {top}: which of the requirements brings it? If none, add '{top}==VERSION' and lock",
            )


def _imported(node: ast.AST) -> list[str]:
    """Modules that a statement imports, without the submission's own."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


def _is_known(top: str, submission: Submission) -> bool:
    """Whether a module is there: of the standard library, the submission, its requirements or ours."""
    required = {package.partition("==")[0].lower().replace("-", "_") for package in submission.packages}
    own = {name.partition("/")[0].removesuffix(".py") for name in submission.files}
    return top in sys.stdlib_module_names or top in own or top.lower() in required | {"leaderboard", LIBRARY}


def _model_package(top: str, submission: Submission) -> Iterator[tuple[Severity, str]]:
    """A package with models of families that are not declared."""
    declared, families = submission.manifest.model_use.families, MODEL_PACKAGES[top]
    if declared == ["none"]:
        yield Severity.error, f"imports {top}, but model_use.families is ['none']: declare what is fitted"
    elif families and not set(families) & set(declared):
        yield (
            Severity.error,
            f"imports {top}, but model_use.families is {declared}: declare one of {[*families]}",
        )


def _names(node: ast.AST, submission: Submission) -> Iterator[tuple[Severity, str]]:
    """Names that sound like a model which is not declared, or look like others."""
    declared = set(submission.manifest.model_use.families)
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        for pattern, families in _HAND_ROLLED:
            if pattern.search(node.name) and not declared & set(families):
                yield Severity.review, f"{node.name} sounds like one of {[*families]}, which is not declared"
    for name in _identifiers(node):
        if not name.isascii():
            yield (
                Severity.review,
                f"the name {name!a} has letters beyond A to Z: does it look like another?",
            )


def _identifiers(node: ast.AST) -> Iterator[str]:
    """Names that a node writes, whatever they are of."""
    for field in ("name", "id", "attr", "arg"):
        name = getattr(node, field, None)
        if isinstance(name, str):
            yield name


def _calls(node: ast.AST) -> Iterator[tuple[Severity, str]]:
    """Code and data that a person has to look through, other processes, another search for modules."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in {"eval", "exec", "compile", "__import__"}:
            yield Severity.review, f"calls {node.func.id}(): what it runs is not read here"
    elif isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.fork", "os.system", "os.popen"}:
        yield Severity.error, f"uses {ast.unparse(node)}: a submission is one process"
    elif isinstance(node, ast.Attribute) and ast.unparse(node) in _IMPORTS:
        yield Severity.review, f"uses {ast.unparse(node)}: does it change what imports find?"
    elif isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and len(node.value) > 10_000:
        yield Severity.review, f"holds a literal of {len(node.value):,} characters: what is in it?"
