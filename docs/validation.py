"""Publishes a JSON report of `tox run -e validate`: as `docs/validation.json`, and for people as `.md`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_SIGNS = {"holds": "✓", "fails": "✗", "undecided": "?", "not run": "○", "not applicable": "·"}
_ABOUT = """Made by `tox run -e validate`, then `python docs/validation.py build/validation.json`.
No number here is one of CIFAR-10. A claim holds (✓), fails (✗), or is undecided (?) where its 95 % interval
straddles the threshold; · is not applicable. A gate has to hold before a release is published."""


def main(arguments: list[str]) -> None:
    """Keep the reports as one, which the site is built from, and write the page."""
    report = _merged([json.loads(Path(path).read_text(encoding="utf-8")) for path in arguments])
    text = json.dumps(report, indent=2) + "\n"
    (HERE / "validation.json").write_text(text, encoding="utf-8")
    path = HERE / "validation.md"
    path.write_text("\n".join(_page(report["releases"])) + "\n", encoding="utf-8")
    print(f"wrote {path}")


def _merged(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """One report of all releases; of one that several reports have, the last says what holds."""
    first, *others = reports
    for other in others:
        for part in ("format", "bootstrap", "libraries"):
            if other[part] != first[part]:
                raise SystemExit(f"reports differ in {part}: {first[part]} and {other[part]}")
    releases = {release["name"]: release for report in reports for release in report["releases"]}
    return {**first, "releases": [releases[name] for name in sorted(releases)]}


def _page(releases: list[dict[str, Any]]) -> Iterator[str]:
    yield "# Validation of the embedded releases"
    yield ""
    yield _ABOUT
    for truth in sorted({release["truth"] for release in releases}):
        yield from ("", f"## Ground truth: {truth}", "")
        yield from _of_truth([release for release in releases if release["truth"] == truth])


def _of_truth(releases: list[dict[str, Any]]) -> Iterator[str]:
    yield "| release | gates | comparisons | passes |"
    yield "|---|---|---|---|"
    for release in releases:
        counts = [_counts(release, kind) for kind in ("gate", "comparison")]
        passes = "yes" if release["passes"] else "**no**"
        yield f"| `{release['name']}` | {counts[0]} | {counts[1]} | {passes} |"
    prefix = releases[0]["truth"].split()[0] + "-"
    names = [release["name"].removeprefix(prefix).removesuffix("-v1.0") for release in releases]
    for kind, title in (("gate", "Gates"), ("comparison", "Comparisons")):
        yield from ("", f"### {title}", "")
        yield f"| claim | threshold | {' | '.join(names)} |"
        yield "|---|---|" + "---|" * len(names)
        yield from _rows(releases, kind)


def _counts(release: dict[str, Any], kind: str) -> str:
    counts = Counter(claim["verdict"] for claim in release["claims"] if claim["kind"] == kind)
    return ", ".join(f"{n} {verdict}" for verdict, n in counts.most_common())


def _rows(releases: list[dict[str, Any]], kind: str) -> Iterator[str]:
    by_release = [{claim["id"]: claim for claim in r["claims"] if claim["kind"] == kind} for r in releases]
    ids = dict.fromkeys(claim_id for claims in by_release for claim_id in claims)
    for claim_id in ids:
        found = [claims.get(claim_id) for claims in by_release]
        first = next(claim for claim in found if claim is not None)
        sign = "≥" if first["direction"] == "at_least" else "≤"
        bounds = sorted({claim["threshold"] for claim in found if claim is not None})
        symbol = first["symbol"].replace("|", "\\|")
        threshold = f"{symbol} {sign} {', '.join(f'{bound:g}' for bound in bounds)} {first['unit']}"
        yield f"| `{claim_id}` | {threshold.strip()} ({first['source']}) | {' | '.join(map(_cell, found))} |"


def _cell(claim: dict[str, Any] | None) -> str:
    if claim is None:
        return ""
    sign = _SIGNS[claim["verdict"]]
    if claim["value"] is None:
        return sign
    low, high = claim["interval"] or (None, None)
    interval = f" ({low:.3g} to {high:.3g})" if low != high else ""
    return f"{sign} {claim['value']:.3g}{interval}"


if __name__ == "__main__":
    main(sys.argv[1:])
