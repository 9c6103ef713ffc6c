"""What the figures of `docs` share: their colours, and a chart as SVG."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import vl_convert

#: Okabe & Ito (2008).
COLOURS = ("#0072B2", "#D55E00")


def svg(chart: Any) -> str:
    """Draw a chart as SVG, on white, so that it can be read on light and dark pages."""
    configured = chart.configure(background="white", font="system-ui, 'Liberation Sans', Arial, sans-serif")
    version = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
    drawn: str = vl_convert.vegalite_to_svg(json.loads(configured.to_json()), vl_version=version)
    return drawn + "\n"
