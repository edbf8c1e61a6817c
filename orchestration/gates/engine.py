"""Runs one gate: every suite of a layer against its database, and reports to machines and people.

Not here: what is expected (`expectations.suites`), the databases (`expectations.context`), and what a failed
gate stops (the Dagster definitions). Great Expectations is imported when a gate runs, not with this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from expectations.checks import Severity
from expectations.context import GateDatabases, gate_databases
from expectations.suites import Layer, Suite, suites
from orchestration.gates import messages
from orchestration.gates.data_docs import check_run_id, write_reports
from orchestration.gates.messages import ExpectationResult

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.result_format import ResultFormatUnion
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

__all__ = ["ExpectationResult", "run_gate"]


def run_gate(
    layer: Layer,
    database: Path,
    docs_dir: Path,
    run_id: str,
    *,
    attach: Mapping[str, Path] | None = None,
    memory_limit: str | None = None,
) -> list[ExpectationResult]:
    """Check `layer` in `database`, read-only, and write its reports below `docs_dir`; no lock remains.

    `attach` names the databases it is reconciled with: `warehouse` for marts, `analyst` for published.
    """
    check_run_id(run_id)
    checked_at = datetime.now(UTC)
    with gate_databases(database, attach or {}, checked_at=checked_at, memory_limit=memory_limit) as databases:
        results = [result for suite in suites(layer) for result in check_suite(databases, suite, layer, checked_at)]
    write_reports(docs_dir, run_id, layer, results, checked_at)
    return results


def check_suite(databases: GateDatabases, suite: Suite, layer: Layer, checked_at: datetime) -> list[ExpectationResult]:
    """Check one suite; what cannot be checked counts as failed."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        batch = databases.batch(suite)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error)
        return [_unreadable(suite.table, cause, layer, checked_at)]
    expectations = suite.expectations()
    verdicts = _by_name(_validate(batch, expectations, "BOOLEAN_ONLY"))
    details = _details(batch, [e for e in expectations if not verdicts[_name(e)].success])
    return [
        _result(verdicts[name], details.get(name), suite.table, layer, checked_at) for name in map(_name, expectations)
    ]


def _details(batch: Batch, failures: list[Expectation]) -> dict[str, ExpectationValidationResult]:
    """Failed expectations again, now with what they found.

    Of queries, their rows, which hold no personal values; of everything else counts, never a column's values.
    """
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

    queries: list[Expectation] = [e for e in failures if isinstance(e, UnexpectedRowsExpectation)]
    others = [e for e in failures if not isinstance(e, UnexpectedRowsExpectation)]
    return {
        **_by_name(_validate(batch, queries, "COMPLETE")),
        **_by_name(_validate(batch, others, {"result_format": "SUMMARY", "partial_unexpected_count": 0})),
    }


def _validate(
    batch: Batch, expectations: list[Expectation], result_format: ResultFormatUnion
) -> list[ExpectationValidationResult]:
    from great_expectations import ExpectationSuite

    if not expectations:
        return []
    suite = ExpectationSuite(name="gate", expectations=expectations)
    return batch.validate(suite, result_format=result_format).results


def _result(
    verdict: ExpectationValidationResult,
    detail: ExpectationValidationResult | None,
    table: str,
    layer: Layer,
    checked_at: datetime,
) -> ExpectationResult:
    meta = _words(verdict)
    error = _error(verdict)
    severity = "critical" if error else _configuration(verdict).severity.value
    observed = None
    message = messages.passed(meta)
    if error:
        observed, message = "not checked", messages.not_checked(table, error)
    elif not verdict.success:
        observed = _observed(meta, detail.result if detail else {})
        message = messages.failed(meta, observed)
    return ExpectationResult(
        layer=layer,
        table=table,
        expectation=meta["name"],
        severity=cast("Severity", severity),
        success=bool(verdict.success) and error is None,
        observed=observed,
        message=message,
        checked_at=checked_at,
        why=meta["why"],
        cities=_cities(detail),
    )


def _cities(detail: ExpectationValidationResult | None) -> tuple[str, ...]:
    rows = (detail.result if detail else {}).get("details", {}).get("unexpected_rows") or []
    return tuple(sorted({row["city"] for row in rows if row.get("city")}))


def _observed(meta: Mapping[str, str], result: Mapping[str, Any]) -> str:
    rows = result.get("details", {}).get("unexpected_rows")
    if rows is None:
        return messages.observed(meta["message"], [result], 1)
    return messages.observed(meta["message"], rows, int(result["observed_value"]))


def _unreadable(table: str, error: str, layer: Layer, checked_at: datetime) -> ExpectationResult:
    return ExpectationResult(
        layer=layer,
        table=table,
        expectation="table_readable",
        severity="critical",
        success=False,
        observed="not checked",
        message=messages.not_checked(table, error),
        checked_at=checked_at,
        why="A check that cannot run must not count as passed.",
    )


def _error(verdict: ExpectationValidationResult) -> str | None:
    """The message of the exception that kept an expectation from being evaluated.

    Great Expectations nests it by metric when a metric failed.
    """
    information = verdict.exception_info or {}
    if "raised_exception" in information:
        return str(information["exception_message"]) if information["raised_exception"] else None
    raised = [metric for metric in information.values() if metric["raised_exception"]]
    return str(raised[0]["exception_message"]) if raised else None


def _by_name(results: list[ExpectationValidationResult]) -> dict[str, ExpectationValidationResult]:
    return {_words(result)["name"]: result for result in results}


def _configuration(result: ExpectationValidationResult) -> ExpectationConfiguration:
    return cast("ExpectationConfiguration", result.expectation_config)


def _words(result: ExpectationValidationResult) -> dict[str, str]:
    return cast("dict[str, str]", _configuration(result).meta)


def _name(expectation: Expectation) -> str:
    return str((expectation.meta or {})["name"])
