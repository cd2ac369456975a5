"""Reading what was exposed, with Prometheus's own parser."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from app.metrics.service import render_metrics
from tests.support import ISSUER

TOKEN = "a token for the scraper, thirty-two bytes or more"

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def parse(text: str) -> Samples:
    """Every sample by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def exposed() -> Samples:
    """Every sample of this process."""
    return parse(render_metrics().decode())


def value(samples: Samples, name: str, **labels: str) -> float:
    """A sample; nought when there is none."""
    return samples.get((name, frozenset(labels.items())), 0.0)


class Change:
    """What was counted since this was made: the registry is that of the whole test run."""

    def __init__(self) -> None:
        self._before = exposed()

    def __call__(self, name: str, **labels: str) -> float:
        return value(exposed(), name, **labels) - value(self._before, name, **labels)


async def scrape(app: Starlette, **headers: str) -> httpx.Response:
    """What `/metrics` answers."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as client:
        return await client.get("/metrics", headers=headers)
