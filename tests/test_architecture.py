"""Rules of the code base, read from its source with `ast`, and what importing costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"nb301": set(), "validation": {"nb301"}, "leaderboard": {"nb301"}}
FORBIDDEN = {"pickle", "joblib", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "random"}
#: What may be used of numpy.random: generators that are passed on, never the global one.
GENERATORS = {"Generator", "default_rng", "SeedSequence", "BitGenerator", "PCG64", "PCG64DXSM", "Philox"}
#: Check that nothing moves the global generators, so they look at their state, and no more.
WATCH_GLOBAL_STATE = {"nb301/optimizers/contract.py", "validation/measures/behaviour.py"}
#: A saboteur moves one, which is its fault.
MOVES_GLOBAL_STATE = "validation/saboteurs/generators.py"
#: The official package draws its noise from numpy's global generator, and seeds it: so does its stand-in.
DRAWS_AS_OFFICIALLY = "nb301/compat/nasbench301/global_noise.py"
#: Functions of numpy and `math` whose last digit depends on the processor: `nb301.exact` has others.
INEXACT = {"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "pow", "power", "geomspace"}
INEXACT |= {"sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arctan2", "logspace", "cbrt", "hypot"}
#: Where they may be: what fits and proposes, what trains, what draws.
MAY_BE_INEXACT = (
    "nb301/optimizers/",
    "nb301/training/",
    "nb301/surrogates/families/gin/torch_fit.py",
    "nb301/surrogates/families/mlp.py",  # fits to the logarithm of errors
    "nb301/display/cells.py",
    "leaderboard/drawing/strip.py",
    "validation/",
)
HEAVY = ("torch", "xgboost", "lightgbm", "pandas", "pyarrow", "scipy", "sklearn", "pydantic", "ConfigSpace")
#: Written by others, for the sandbox.
SUBMITTED = {ROOT / "leaderboard" / "submissions", ROOT / "leaderboard" / "skeleton"}
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not SUBMITTED & {*path.parents}
]
#: What runs inside the sandbox, and what it may import beside the standard library.
INSIDE = {
    "shim": {"leaderboard"},
    "space": set(),
    "canary": {"leaderboard"},
    "library": {"numpy", "nb301"},
    "configspace": {"ConfigSpace", "nb301"},
}


def test_orders_do_not_depend_on_the_processor():
    """Of equals the first comes first: numpy's other sorts leave them as the width of its vectors has it."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                kinds = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
                assert node.func.attr != "argpartition", f"{path}:{node.lineno}"
                assert node.func.attr != "argsort" or kinds.get("kind") == "stable", f"{path}:{node.lineno}"


def test_answers_use_exact_functions():
    """No function whose last digit depends on the processor, but where something is fitted or drawn."""
    for path in SOURCES:
        if path.relative_to(ROOT).as_posix().startswith(MAY_BE_INEXACT):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                called = f"{node.value.id}.{node.attr}"
                inexact = node.value.id in {"np", "numpy", "math"} and node.attr in INEXACT
                assert not inexact, f"{path}:{node.lineno}: {called}"


def imported(tree):
    """Every module that a source imports anywhere, with its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def test_finds_sources():
    """The rules below see all three packages."""
    assert {path.relative_to(ROOT).parts[0] for path in SOURCES} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_in_one_direction(package):
    """Only validation and leaderboard import nb301, and nothing imports them."""
    for path in (path for path in SOURCES if path.relative_to(ROOT).parts[0] == package):
        ours = {name.split(".")[0] for name in imported(parse(path))} & {*PACKAGES, "tests"}
        assert ours - {package} <= PACKAGES[package], path


def name_of(path):
    """The full name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in SOURCES}
#: Folders of modules, by name: what each is for and may import stands in its `__init__`.
ROOMS = {name_of(path): path for path in SOURCES if path.name == "__init__.py"}


def room_of(module):
    """The room that a module is in; one that a package holds beside its rooms stands for itself."""
    room = module if module in ROOMS else module.rpartition(".")[0]
    return module if room in PACKAGES else room


def imported_modules(path):
    """The modules of ours that a module imports, anywhere in it."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                within = f"{node.module}.{alias.name}"
                yield within if within in MODULES else node.module


def circle(graph):
    """Names that import each other in a circle, none where there is no circle."""
    left = dict(graph)
    while left:
        free = [name for name, imports in left.items() if not (imports - {name}) & {*left}]
        if not free:
            return sorted(left)
        for name in free:
            del left[name]
    return []


def test_no_import_goes_in_a_circle():
    """Neither between modules nor between rooms, not even inside of functions."""
    modules, rooms = {}, {}
    for name, path in MODULES.items():
        modules[name] = {*imported_modules(path)}
        rooms.setdefault(room_of(name), set()).update(map(room_of, modules[name]))

    assert circle(modules) == []
    assert circle(rooms) == []


def permitted(room):
    """What a room may import, as its docstring says in one sentence: full names, or without the package."""
    sentence = re.search(r"may import ([^.]|\.(?!\s|$))*", ast.get_docstring(parse(ROOMS[room])))
    assert sentence, f"{ROOMS[room]}: does not say what it may import"
    package = room.partition(".")[0]
    names = re.findall("`([a-z0-9_.]+)`", sentence[0])
    return {name if name.partition(".")[0] in PACKAGES else f"{package}.{name}" for name in names}


@pytest.mark.parametrize("room", sorted({*ROOMS} - {*PACKAGES}))
def test_rooms_import_what_they_say(room):
    """Each room imports just what its `__init__` says."""
    rooms = set()
    for name, path in MODULES.items():
        if room_of(name) == room:
            for module in imported_modules(path):
                other_package = module.partition(".")[0] != room.partition(".")[0]
                rooms.add(module.partition(".")[0] if other_package else room_of(module))

    assert rooms - {room} == permitted(room)


#: What needs no test of its own: commands' entries, places, interfaces, and the tests that validation is.
UNTESTED = re.compile(r".*/(__init__|__main__|places|base|conftest)\.py|validation/test_\w+\.py")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_module_has_tests_of_its_name(path):
    """They are where the module is, below `tests/`."""
    place = path.relative_to(ROOT)
    if not UNTESTED.fullmatch(place.as_posix()):
        assert (ROOT / "tests" / place.with_name(f"test_{place.name}")).is_file()


def test_only_drawing_knows_altair():
    """Pages have tables and words; how these become charts stands in one room of the leaderboard."""
    rooms = set()
    for name, path in MODULES.items():
        if name.startswith("leaderboard.") and "altair" in imported(parse(path)):
            rooms.add(room_of(name))

    assert rooms == {"leaderboard.drawing"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_source_keeps_the_rules(path):
    """No pickles, no evaluated text, no global randomness."""
    tree = parse(path)
    watches = path.relative_to(ROOT).as_posix() in WATCH_GLOBAL_STATE
    moves = path.relative_to(ROOT).as_posix() == MOVES_GLOBAL_STATE
    draws = path.relative_to(ROOT).as_posix() == DRAWS_AS_OFFICIALLY
    assert not {name.split(".")[0] for name in imported(tree)} & (
        FORBIDDEN - {"random"} if watches else FORBIDDEN
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "__import__"}, ast.unparse(node)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"np.random", "numpy.random"}:
            allowed = GENERATORS | (
                {"get_state", "set_state", "random"}
                if watches
                else {"seed", "standard_normal"}
                if moves
                else set()
            )
            allowed |= {"seed", "normal"} if draws else set()
            assert node.attr in allowed, ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and node.module == "numpy.random":
            assert {alias.name for alias in node.names} <= GENERATORS, ast.unparse(node)


@pytest.mark.parametrize("name", INSIDE)
def test_inside_needs_the_standard_library_alone(name):
    """What is mounted beside a submission knows nothing of the benchmark."""
    names = {*imported(parse(ROOT / "leaderboard" / "inside" / f"{name}.py"))}
    foreign = {module for module in names if module.split(".")[0] not in sys.stdlib_module_names}

    assert {module.split(".")[0] for module in foreign} <= INSIDE[name] | {"leaderboard"}
    assert all(module.startswith("leaderboard.inside") for module in foreign if module.startswith("lead"))
    assert {module for module in foreign if module.startswith("nb301")} <= {
        *("nb301.optimizers", "nb301.optimizers.OPTIMIZERS", "nb301.optimizers.Observation"),
        *("nb301.optimizers.multi_fidelity", "nb301.optimizers.multi_fidelity.MULTI_FIDELITY"),
        *("nb301.space", "nb301.space.Genotype"),
        *("nb301.formats", "nb301.formats.configuration_space"),
    }


def test_site_holds_no_python():
    """`import site` is Python's own: the site's folder holds templates and static files only."""
    assert (ROOT / "site").is_dir()
    assert not [*(ROOT / "site").rglob("*.py")]


def test_tests_are_no_package():
    """Tests are imported by path, so that equal names in two folders do not meet."""
    assert not [*(ROOT / "tests").rglob("__init__.py")]


def loaded_after(code):
    """Top-level modules that a fresh interpreter has loaded after running `code`."""
    code = f"{code}\nimport sys; print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return {*done.stdout.split()}


def test_importing_loads_nothing_heavy():
    """`import nb301` loads numpy at most; neither sampling nor costs need more."""
    code = "import nb301, numpy, nb301.cost; nb301.cost.cost(nb301.sample(numpy.random.default_rng(0)))"
    loaded = loaded_after(code)
    assert {"nb301", "numpy"} <= loaded
    assert not loaded & {*HEAVY}


@pytest.mark.parametrize("family", ["xgb", "lgb", "gin"])
def test_querying_loads_no_heavy_library(family):
    """A query needs none of the libraries that fitted the release, nor what else is slow and unused."""
    code = f"""
import nb301, numpy
benchmark = nb301.load("emulated-{family}-rand-v2.0")
assert benchmark.query(nb301.sample(numpy.random.default_rng(0)), seed=1).runtime > 0
"""
    loaded = loaded_after(code)
    assert "nb301" in loaded
    assert not loaded & ({*HEAVY} - {"pydantic"})
