"""Lossless converters between `Genotype` and the notations that other NAS code uses.

| notation                       | write                | read                   |
|--------------------------------|----------------------|------------------------|
| text of this package           | `str(genotype)`      | `Genotype.parse`       |
| DARTS `Genotype` namedtuple    | `to_darts`           | `from_darts`           |
| official configuration dict    | `to_config`          | `from_config`          |
| ConfigSpace `Configuration`    | `to_configuration`   | `from_configuration`   |
| NASLib compact tuples          | `to_naslib`          | `from_naslib`          |
| YAHPO Gym configuration dict   | `to_yahpo`           | `from_yahpo`           |

`read` takes any of them. All readers raise `GenotypeError` with the cell, node and edge.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from nb301.errors import GenotypeError, MissingExtra
from nb301.space import CELL_NAMES, FIRST_EDGE, INPUT_PAIRS, NODES, Cell, Edge, Genotype, Op, to_op

if TYPE_CHECKING:
    from ConfigSpace import Configuration, ConfigurationSpace

#: What the official configuration space puts before each parameter's name.
CONFIG_PREFIX = "NetworkSelectorDatasetInfo:darts:"

_OpAndSource = tuple[str, int]


class DartsGenotype(NamedTuple):
    """The namedtuple of DARTS (Liu et al., 2019b): eight (op, source) pairs a cell, two for each node."""

    normal: list[_OpAndSource]
    normal_concat: list[int]
    reduce: list[_OpAndSource]
    reduce_concat: list[int]

    def __repr__(self) -> str:
        # as in DARTS' own files, where the class is called Genotype
        words = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"Genotype({words})"


def read(architecture: Any) -> Genotype:
    """Read a genotype in any notation of this module, or as the text or JSON of one.

    Raises:
        GenotypeError: No notation fits, or the one that does describes no cell of the space.
    """
    if isinstance(architecture, Genotype):
        return architecture
    if isinstance(architecture, str):
        return _read_text(architecture)
    if hasattr(architecture, "config_space"):
        return from_configuration(architecture)
    if hasattr(architecture, "normal") and hasattr(architecture, "reduce"):
        return from_darts(architecture)
    if isinstance(architecture, Mapping):
        if set(CELL_NAMES) <= set(architecture):
            return from_darts(architecture)
        yahpo = any("_COLON_" in str(key) for key in architecture)
        return from_yahpo(architecture) if yahpo else from_config(architecture)
    if isinstance(architecture, Sequence) and len(architecture) == 2:
        return from_naslib(architecture)
    raise GenotypeError(
        f"cannot read {type(architecture).__name__} {architecture!r:.80} as a genotype: expected a Genotype, "
        "its text, a DARTS namedtuple, an official, YAHPO or ConfigSpace configuration, or NASLib's tuples"
    )


def to_darts(genotype: Genotype) -> DartsGenotype:
    """Write the namedtuple of DARTS; `repr` of it can be pasted into DARTS' genotypes.py."""
    cells = [[(e.op.name, e.source) for e in _cell(genotype, name).edges] for name in CELL_NAMES]
    return DartsGenotype(cells[0], [*NODES], cells[1], [*NODES])


def from_darts(darts: Any) -> Genotype:
    """Read a DARTS namedtuple, or a mapping with its fields; a node's two edges in any order."""
    fields = (
        darts
        if isinstance(darts, Mapping)
        else {name: getattr(darts, name, None) for name in DartsGenotype._fields}
    )
    for name in CELL_NAMES:
        concat = fields.get(f"{name}_concat")
        if concat is not None and not _is_nodes(concat):
            raise GenotypeError(f"{name} cell: concatenates {concat!r:.80}, expected the nodes 2-5")
    return Genotype.from_edges(
        *(_paired_edges(name, fields[name], lambda pair: (pair[1], pair[0])) for name in CELL_NAMES)
    )


def to_naslib(genotype: Genotype) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Write NASLib's compact tuples: a cell is eight (source, op number) pairs, two for each node.

    NASLib numbers the ops as `Op` does.
    """
    normal, reduce = (
        tuple((edge.source, int(edge.op)) for edge in _cell(genotype, name).edges) for name in CELL_NAMES
    )
    return normal, reduce


def from_naslib(compact: Sequence[Any]) -> Genotype:
    """Read NASLib's compact tuples (or lists); a node's two edges in any order."""
    if len(compact) != len(CELL_NAMES):
        raise GenotypeError(f"expected two cells (normal, reduce), got {len(compact)}")
    return Genotype.from_edges(
        *(
            _paired_edges(name, cell, lambda pair: (pair[0], pair[1]))
            for name, cell in zip(CELL_NAMES, compact, strict=True)
        )
    )


def to_config(genotype: Genotype) -> dict[str, str]:
    """Write the architecture's entries of the official configuration dict (official_facts F1, F21)."""
    config = {}
    for name in CELL_NAMES:
        edges = _cell(genotype, name).edges
        for first, second in zip(edges[::2], edges[1::2], strict=True):
            if len(INPUT_PAIRS[first.target]) > 1:
                config[_inputs_name(name, first.target)] = f"{first.source}_{second.source}"
        config.update({_edge_name(name, edge.number): edge.op.name for edge in edges})
    return config


def from_config(config: Mapping[str, Any]) -> Genotype:
    """Read an official configuration dict; entries that are not the architecture's are passed over.

    Raises:
        GenotypeError: An entry is missing, unknown, or belongs to an edge that is not active.
    """
    return Genotype.from_edges(*(list(_config_edges(name, config)) for name in CELL_NAMES))


def to_yahpo(genotype: Genotype) -> dict[str, str]:
    """Write the architecture's entries of a YAHPO Gym `nb301` configuration ('_COLON_' for ':')."""
    return {key.replace(":", "_COLON_"): value for key, value in to_config(genotype).items()}


def from_yahpo(config: Mapping[str, Any]) -> Genotype:
    """Read a YAHPO Gym `nb301` configuration; entries that are not the architecture's are passed over."""
    return from_config({str(key).replace("_COLON_", ":"): value for key, value in config.items()})


def configuration_space() -> ConfigurationSpace:
    """The space as a ConfigSpace: 6 input pairs, 28 edge ops, each edge active when chosen.

    Names, choices and conditions are those of the official space without its 22 constants (F1, F3).

    Raises:
        MissingExtra: ConfigSpace is not installed.
    """
    try:
        from ConfigSpace import Categorical, ConfigurationSpace, InCondition
    except ImportError as error:
        raise MissingExtra("ConfigSpace is not installed: pip install 'nb301[configspace]'") from error
    space = ConfigurationSpace(name="nb301")
    for name in CELL_NAMES:
        ops = {
            number: Categorical(_edge_name(name, number), [op.name for op in Op])
            for number in range(FIRST_EDGE[NODES[-1]] + NODES[-1])
        }
        inputs = {
            node: Categorical(_inputs_name(name, node), [f"{a}_{b}" for a, b in INPUT_PAIRS[node]])
            for node in NODES
            if len(INPUT_PAIRS[node]) > 1
        }
        space.add(*ops.values(), *inputs.values())
        for node, pair in inputs.items():
            for source in range(node):
                choices = [f"{a}_{b}" for a, b in INPUT_PAIRS[node] if source in (a, b)]
                space.add(InCondition(ops[FIRST_EDGE[node] + source], pair, choices))
    return space


def to_configuration(genotype: Genotype, space: ConfigurationSpace | None = None) -> Configuration:
    """Write a `Configuration` of `space` (default: a new `configuration_space()`)."""
    space = configuration_space() if space is None else space
    from ConfigSpace import Configuration

    return Configuration(space, values=to_config(genotype))


def from_configuration(configuration: Configuration) -> Genotype:
    """Read a ConfigSpace `Configuration` of `configuration_space()` or of the official space."""
    return from_config(dict(configuration))


def _cell(genotype: Genotype, name: str) -> Cell:
    cell: Cell = getattr(genotype, name)
    return cell


def _is_nodes(concat: Any) -> bool:
    """Whether these are the four intermediate nodes, in any order."""
    return isinstance(concat, Collection) and len(concat) == len(NODES) and all(n in concat for n in NODES)


def _inputs_name(cell: str, node: int) -> str:
    return f"{CONFIG_PREFIX}inputs_node_{cell}_{node}"


def _edge_name(cell: str, number: int) -> str:
    return f"{CONFIG_PREFIX}edge_{cell}_{number}"


def _paired_edges(name: str, pairs: Any, source_and_op: Any) -> Iterable[Edge]:
    """Edges of a cell listed as eight pairs, two for each node 2-5 in this order."""
    if not isinstance(pairs, Sequence) or isinstance(pairs, str) or len(pairs) != 8:
        raise GenotypeError(f"{name} cell: expected eight (op, source) pairs, got {pairs!r:.80}")
    edges = []
    for index, pair in enumerate(pairs):
        target = 2 + index // 2
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise GenotypeError(f"{name} cell, node {target}: expected an (op, source) pair, got {pair!r}")
        source, op = source_and_op(pair)
        edges.append(Edge(source, target, to_op(op, f"{name} cell, edge {source} -> {target}")))
    return edges


def _config_edges(name: str, config: Mapping[str, Any]) -> Iterator[Edge]:
    for node in NODES:
        pairs = {f"{a}_{b}": (a, b) for a, b in INPUT_PAIRS[node]}
        chosen = "0_1" if len(pairs) == 1 else str(config.get(_inputs_name(name, node)))
        if chosen not in pairs:
            raise GenotypeError(
                f"{name} cell, node {node}: {_inputs_name(name, node)} is {chosen}, expected {[*pairs]}"
            )
        for source in range(node):
            key = _edge_name(name, FIRST_EDGE[node] + source)
            op = config.get(key)
            if source in pairs[chosen]:
                if op is None:
                    raise GenotypeError(f"{name} cell, edge {source} -> {node}: {key} is missing")
                yield Edge(source, node, to_op(op, f"{name} cell, edge {source} -> {node}"))
            elif op is not None:
                raise GenotypeError(
                    f"{name} cell, edge {source} -> {node}: {key} is {op!r}, but node {node} reads {chosen}"
                )


def _read_text(text: str) -> Genotype:
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        try:
            decoded = json.loads(stripped)
        except (ValueError, RecursionError) as error:
            raise GenotypeError(f"not JSON: {error} in {stripped[:80]!r}") from None
        return read(decoded)
    if "(" in stripped:
        return _read_python(stripped)
    return Genotype.parse(stripped)


def _read_python(text: str) -> Genotype:
    """Read what `repr` gives of a DARTS namedtuple or NASLib's tuples, evaluating nothing."""
    try:
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Call):
            return from_darts({str(word.arg): _literal(word.value) for word in node.keywords})
        return read(_literal(node))
    except (SyntaxError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, GenotypeError):
            raise
        raise GenotypeError(
            f"cannot read {text[:80]!r} as a DARTS genotype: expected "
            "Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=[2, 3, 4, 5], reduce=[...], ...)"
        ) from None


def _literal(node: ast.expr) -> Any:
    """A literal; `range(a, b)`, which DARTS' own code writes for the concatenation, counts as one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        return range(*(ast.literal_eval(argument) for argument in node.args))
    return ast.literal_eval(node)
