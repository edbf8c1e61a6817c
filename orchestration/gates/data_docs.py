"""The reports of a gate: JSON for machines, and pages that read well without a network.

Great Expectations' own pages fetch their styles and scripts from the web; offline their index is empty and
passed looks like failed. So it stays the validator, and these pages are made from its results. Every page is
one file without scripts; the index is rebuilt from the JSON files, which are the record.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from expectations.suites import Layer
from orchestration.gates.messages import ExpectationResult

if TYPE_CHECKING:
    from jinja2 import Environment

LAYERS: tuple[Layer, ...] = get_args(Layer)
RUNS_LISTED = 50  # the index stays quick to write and to read; older runs keep their files

_BASE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --line: #8886; --bad: #b3261e; --warn: #8a5a00; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --warn: #ffc766; --good: #7fd6a0; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .6rem;
vertical-align: top; border-bottom: 1px solid var(--line); }
article { border-left: .3rem solid var(--line); padding: .2rem 1rem; margin: .8rem 0; }
article p { margin: .3rem 0; } .name { font-weight: 600; } .why { font-style: italic; }
.stopped { color: var(--bad); } .warning { color: var(--warn); } .passed { color: var(--good); }
article.stopped, article.warning { border-color: currentColor; } article > * { color: CanvasText; }
article > .state { color: inherit; font-weight: 700; } summary { cursor: pointer; }
footer { margin-top: 3rem; font-size: .85rem; }
</style>
</head>
<body>
{% block content %}{% endblock %}
</body>
</html>
"""

_GATE = """{% extends "base" %}{% block content %}
<p><a href="../index.html">All runs</a></p>
<h1>Gate {{ report.layer }}: <span class="{{ report.outcome }}">{{ report.headline }}</span></h1>
<p>Run {{ report.run_id }}, checked {{ report.checked_at }} UTC.
{{ report.results | length }} expectations on {{ tables | length }} tables.</p>
{% for table, results in tables %}
<h2>{{ table }}</h2>
{% for r in results if not r.success %}
<article class="{{ 'stopped' if r.severity == 'critical' else 'warning' }}">
<p class="state">{{ {'critical': 'Failed', 'warning': 'Warning', 'info': 'Note'}[r.severity] }}</p>
<p class="name">{{ r.expectation | replace('_', ' ') }}</p>
<p>{{ r.message }}</p><p class="why">{{ r.why }}</p>
</article>
{% endfor %}
{% set held = results | selectattr('success') | list %}
{% if held %}<details><summary><span class="passed">{{ held | length }} passed</span></summary>
{% for r in held %}<article><p class="name">{{ r.expectation | replace('_', ' ') }}</p>
<p>{{ r.message }}</p><p class="why">{{ r.why }}</p></article>{% endfor %}
</details>{% endif %}
{% endfor %}
<footer>Checked with Great Expectations {{ report.great_expectations }}. For those who run the warehouse, not
for publication.</footer>
{% endblock %}
"""

_INDEX = """{% extends "base" %}{% block content %}
<h1>Gates</h1>
<p>What was checked before each layer was built upon, newest run first. A gate that stopped left the published
release as it was.</p>
<table>
<thead><tr><th>Run</th><th>Began (UTC)</th>
{% for layer in layers %}<th>{{ layer }}</th>{% endfor %}</tr></thead>
<tbody>
{% for run in runs %}<tr><td>{{ run.run_id }}</td><td>{{ run.began }}</td>
{% for layer in layers %}<td>{% set g = run.gates.get(layer) %}{% if g %}
<a class="{{ g.outcome }}" href="{{ run.run_id }}/{{ layer }}.html">{{ g.headline }}</a>
{% else %}not run{% endif %}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
{% endblock %}
"""


def check_run_id(run_id: str) -> None:
    """Refuse a run id that is not a plain folder name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", run_id) or run_id == "data_docs":
        raise ValueError(f"run id {run_id!r}: expected letters, digits, '.', '_' or '-', and not 'data_docs'")


def write_reports(
    docs_dir: Path, run_id: str, layer: str, results: Sequence[ExpectationResult], checked_at: datetime
) -> None:
    """Write <docs_dir>/<run_id>/<layer>.json, its page below <docs_dir>/data_docs, and the index of runs."""
    report = {
        "run_id": run_id,
        "layer": layer,
        "checked_at": f"{checked_at:%Y-%m-%d %H:%M:%S}",
        "great_expectations": version("great_expectations"),
        "success": not any(result.stops for result in results),
        **_outcome(results),
        "results": [asdict(result) | {"checked_at": result.checked_at.isoformat()} for result in results],
    }
    _write(docs_dir / run_id / f"{layer}.json", json.dumps(report, indent=2, ensure_ascii=False))
    pages = docs_dir / "data_docs"
    tables = [(table, list(rows)) for table, rows in groupby(results, key=lambda result: result.table)]
    tables.sort(key=lambda entry: all(result.success for result in entry[1]))
    _write(
        pages / run_id / f"{layer}.html",
        _render("gate", title=f"Gate {layer}: {report['headline']}", report=report, tables=tables),
    )
    _write(pages / "index.html", _render("index", title="Gates", layers=LAYERS, runs=list(_runs(docs_dir))))


def _outcome(results: Sequence[ExpectationResult]) -> dict[str, str]:
    stops = sum(result.stops for result in results)
    warnings = sum(not result.success for result in results) - stops
    warned = f"{warnings} warning{'s' if warnings > 1 else ''}"
    if stops:
        return {
            "outcome": "stopped",
            "headline": f"stopped, {stops} failed" + (f", {warned}" if warnings else ""),
        }
    return (
        {"outcome": "warning", "headline": f"passed, {warned}"}
        if warnings
        else {"outcome": "passed", "headline": "passed"}
    )


def _runs(docs_dir: Path) -> Iterator[dict[str, Any]]:
    folders = {path.parent for layer in LAYERS for path in docs_dir.glob(f"*/{layer}.json")}
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[:RUNS_LISTED]:
        gates = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
        yield {
            "run_id": folder.name,
            "gates": gates,
            "began": min(gate["checked_at"] for gate in gates.values()),
        }


@cache
def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment

    return Environment(
        loader=DictLoader({"base": _BASE, "gate": _GATE, "index": _INDEX}), autoescape=True, trim_blocks=True
    )


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
