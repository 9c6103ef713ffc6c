"""The project as `pyproject.toml` describes it, and the paper that it follows: what pages cite and link."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from leaderboard.places import ROOT

#: NAS-Bench-301, Siems et al. (2020).
PAPER = "https://arxiv.org/abs/2008.09777"
LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"

_PAPERS_ENTRY = """\
@misc{siems2020nasbench301,
  title         = {{NAS-Bench-301} and the Case for Surrogate Benchmarks for Neural Architecture Search},
  author        = {Siems, Julien and Zimmer, Lucas and Zela, Arber and Lukasik, Jovita and Keuper, Margret
                   and Hutter, Frank},
  year          = {2020},
  eprint        = {2008.09777},
  archivePrefix = {arXiv},
  primaryClass  = {cs.LG}
}
"""


@dataclass(frozen=True, slots=True)
class Project:
    """What is cited of this project."""

    version: str
    #: Addresses in `project.urls`; None where it names none.
    repository: str | None
    documentation: str | None = None
    leaderboard: str | None = None

    @property
    def pull_requests(self) -> str | None:
        """Address of the page of pull requests, which submissions are."""
        return self.repository and f"{self.repository.rstrip('/')}/pulls"

    @property
    def bibtex(self) -> str:
        """The paper and this project as entries of BibTeX."""
        fields = {
            "title": "{nb301}: a surrogate benchmark for neural architecture search",
            "author": "{The nb301 developers}",
            "version": self.version,
        }
        if self.repository:
            fields["url"] = self.repository
        lines = [f"  {name:7} = {{{value}}}" for name, value in fields.items()]
        return "{}\n@software{{nb301,\n{}\n}}\n".format(_PAPERS_ENTRY, ",\n".join(lines))


@cache
def project() -> Project:
    """The project of this checkout."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls = content.get("urls", {})
    return Project(
        content["version"], urls.get("Repository"), urls.get("Documentation"), urls.get("Leaderboard")
    )
