"""What failed in a dbt build, in words for whoever started the run."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.transform.project import NodeResult

SHOWN = 5
MEND = (
    "To mend: See whether the exports of this run hold such rows; if they do not, the fault is in the models "
    "(dbt's test {test})."
)


def in_words(results: Sequence[NodeResult], nodes: Mapping[str, Any]) -> str:
    """The first few failures of a build, each in a sentence or as dbt tells it."""
    told = [_in_words(result, nodes) for result in results[:SHOWN]]
    more = [f"And {len(results) - SHOWN} more."] if len(results) > SHOWN else []
    return " ".join([*told, *more])


def _in_words(result: NodeResult, nodes: Mapping[str, Any]) -> str:
    node = nodes[result.unique_id]
    tested = nodes.get(node.get("attached_node") or "")
    if not (tested and result.failures):
        return f"{_relation(node)}: {result.message or result.status}"
    test = node["test_metadata"]
    given = test["kwargs"] | {"name": node["alias"]}
    found, expected = _rule(test["name"], given, result.failures)
    return f"{_relation(tested)}: {found}. Expected: {expected}. {MEND.format(test=node['name'])}"


def _rule(test: str, given: Mapping[str, Any], failures: int) -> tuple[str, str]:
    """What a test found, and what it expects, of the kinds of tests in this project."""
    columns = ", ".join(given.get("columns") or [given.get("column_name") or ""])
    match test:
        case "unique" | "unique_combination":
            return f"{failures:,} keys ({columns}) stand in more than one row", "each key once"
        case "not_null" | "required_columns":
            return f"{failures:,} rows have no value in one of {columns}", "a value in every row"
        case "accepted_values":
            return f"{failures:,} unknown values in {columns}", f"{', '.join(map(str, given['values']))}"
        case "relationships":
            return f"{failures:,} rows have a {columns} that {given['to']} does not know", "known ones only"
        case _:
            return f"{failures:,} rows break a rule", given.get("condition") or given["name"].replace("_", " ")


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node['alias']}"
