"""Cells drawn as graphs: an SVG whose colours come from the page's style sheet, or from `html.card`.

Nodes stand below each other, edges are arcs to their right with the op's name at the apex. An
arc's apex lies between its nodes and, by its span, so far out that no two names touch: arcs with
the same middle differ in span by two or more, all others by half a step in height.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_X, _TOP, _STEP, _RADIUS = 66, 26, 62, 15
_NEAREST, _LEVEL = 60, 46  # apex of the shortest arcs, and how much further each span lies out
_PILL_WIDTH, _PILL_HEIGHT = 87, 20
_WIDTH = _X + _NEAREST + 4 * _LEVEL + _PILL_WIDTH // 2 + 2
_HEIGHT = _TOP + 5 * _STEP + _RADIUS + 6
_INPUTS = {0: ("k", "2"), 1: ("k", "1")}
_KINDS = {
    "max_pool_3x3": "pool",
    "avg_pool_3x3": "pool",
    "skip_connect": "skip",
    "sep_conv_3x3": "sep",
    "sep_conv_5x5": "sep",
    "dil_conv_3x3": "dil",
    "dil_conv_5x5": "dil",
}
#: Intermediate nodes, whose outputs are concatenated.
_NODES = (2, 3, 4, 5)


class _Edge(NamedTuple):
    source: int
    target: int
    op: str


def draw_cell(cell: str, title: str) -> str:
    """Draw a cell as an inline SVG element.

    Args:
        cell: Its text, as `str(cell)` writes it.
        title: Its accessible name; the edges follow as the description.

    Returns:
        One `<svg role="img">`, everything in it escaped, styled by the classes `cell-*`.
    """
    edges = _read(cell)
    label = escape(f"{title}: {'; '.join(map(_described, edges))}")
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    parts = [f'<svg class="cell" role="img" aria-label="{label}" {size}>', _output()]
    for edge in edges:
        parts.append(_arc(edge, edges))
    parts += map(_name, edges)
    parts += map(_node, range(6))
    return "\n".join([*parts, "</svg>"])


def _read(cell: str) -> list[_Edge]:
    edges = []
    for node, words in zip(_NODES, cell.split("/"), strict=True):
        for word in words.split("+"):
            op, _, source = word.partition("@")
            edges.append(_Edge(int(source), node, op))
    return edges


def _described(edge: _Edge) -> str:
    return f"node {edge.target} adds {edge.op} of node {edge.source}"


def _span(edge: _Edge) -> int:
    """How many nodes further an edge ends."""
    return edge.target - edge.source


def _y(node: int) -> int:
    """The height of a node's middle."""
    return _TOP + node * _STEP


def _apex(edge: _Edge) -> tuple[float, float]:
    """The middle of an arc, where its name stands."""
    return _X + _NEAREST + (_span(edge) - 1) * _LEVEL, (_y(edge.source) + _y(edge.target)) / 2


def _port(node: int, edge: _Edge, siblings: Sequence[_Edge], *, outgoing: bool) -> tuple[float, float]:
    """Where an arc meets its node: the longer its span, the nearer to the node's middle."""
    spans = sorted(map(_span, siblings))
    place = spans.index(_span(edge))
    angle = math.radians(62 if len(spans) == 1 else 72 - 56 * place / (len(spans) - 1))
    side = 1 if outgoing else -1
    return _X + _RADIUS * math.cos(angle), _y(node) + side * _RADIUS * math.sin(angle)


def _arc(edge: _Edge, edges: Sequence[_Edge]) -> str:
    leaving = [other for other in edges if other.source == edge.source]
    arriving = [other for other in edges if other.target == edge.target]
    x1, y1 = _port(edge.source, edge, leaving, outgoing=True)
    x2, y2 = _port(edge.target, edge, arriving, outgoing=False)
    x2 += 7  # room for the arrowhead
    # a cubic curve whose middle is the apex
    x = (_apex(edge)[0] - (x1 + x2) / 8) * 4 / 3
    kind = f"cell-{_KINDS[edge.op]}"
    curve = f"M{x1:.1f} {y1:.1f}C{x:.1f} {y1:.1f} {x:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return (
        f'<path class="cell-arc {kind}" d="{curve}"/>'
        f'<path class="cell-head {kind}" d="M{x2 - 7:.1f} {y2:.1f}l8 -4v8z"/>'
    )


def _name(edge: _Edge) -> str:
    x, y = _apex(edge)
    return (
        f'<rect class="cell-pill cell-{_KINDS[edge.op]}" x="{x - _PILL_WIDTH / 2:.1f}" '
        f'y="{y - _PILL_HEIGHT / 2:.1f}" width="{_PILL_WIDTH}" height="{_PILL_HEIGHT}" rx="10"/>'
        f'<text class="cell-op" x="{x:.1f}" y="{y + 3.8:.1f}">{edge.op}</text>'
    )


def _node(node: int) -> str:
    kind = "cell-input" if node in _INPUTS else "cell-node"
    drawn = (
        f'<circle class="{kind}" cx="{_X}" cy="{_y(node)}" r="{_RADIUS}"/>'
        f'<text class="cell-number" x="{_X}" y="{_y(node) + 4.5:.1f}">{node}</text>'
    )
    if node in _INPUTS:
        letter, behind = _INPUTS[node]
        drawn += (
            f'<text class="cell-label" x="{_X - _RADIUS - 6}" y="{_y(node) + 4}">'
            f"cell {letter}\N{MINUS SIGN}{behind}</text>"
        )
    return drawn


def _output() -> str:
    """The bracket that joins nodes 2-5 into the cell's output."""
    left, right = _X - 32, _X - _RADIUS
    middle = (_y(_NODES[0]) + _y(_NODES[-1])) / 2
    lines = "".join(f"M{right} {_y(node)}H{left}" for node in _NODES)
    return (
        f'<path class="cell-output" d="{lines}M{left} {_y(_NODES[0])}V{_y(_NODES[-1])}"/>'
        f'<text class="cell-label cell-turned" transform="translate({left - 8} {middle:.0f}) rotate(-90)">'
        "output: 2\N{EN DASH}5 concatenated</text>"
    )
