"""nb301: a surrogate NAS benchmark whose every fidelity claim is a test.

    import nb301
    benchmark = nb301.load("cifar10-gin-rand-v1.0")
    genotype = nb301.sample(numpy.random.default_rng(0))
    print(benchmark.query(genotype, seed=1))

Accuracies are fractions, runtimes are seconds. Importing this loads numpy and nothing heavier.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nb301.errors import Nb301Error
from nb301.space import Cell, Edge, Genotype, Op, mutate, neighbours, sample

if TYPE_CHECKING:
    from nb301 import formats as formats
    from nb301.benchmark import Benchmark, load
    from nb301.evaluations import Evaluation, Evaluations
    from nb301.optimizers import Budget, simulate
    from nb301.releases import names as list_releases

__all__ = [
    "Benchmark",
    "Budget",
    "Cell",
    "Edge",
    "Evaluation",
    "Evaluations",
    "Genotype",
    "Nb301Error",
    "Op",
    "list_releases",
    "load",
    "mutate",
    "neighbours",
    "sample",
    "simulate",
]

#: Imported at first use: pydantic and the surrogates cost more than all the rest.
_LAZY = {
    "Benchmark": ("nb301.benchmark", "Benchmark"),
    "Evaluation": ("nb301.evaluations", "Evaluation"),
    "Evaluations": ("nb301.evaluations", "Evaluations"),
    "list_releases": ("nb301.releases", "names"),
    "load": ("nb301.benchmark", "load"),
    "Budget": ("nb301.optimizers", "Budget"),
    "simulate": ("nb301.optimizers", "simulate"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("nb301")
    if name in _LAZY:
        module, attribute = _LAZY[name]
        return getattr(import_module(module), attribute)
    if not name.startswith("_"):
        from importlib.util import find_spec

        if find_spec(f"nb301.{name}") is not None:  # such as nb301.formats
            return import_module(f"nb301.{name}")
    raise AttributeError(f"module 'nb301' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
