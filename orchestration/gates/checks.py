"""The gates as Dagster sees them: one op a layer, one blocking asset check a table.

A critical expectation that fails stops what is below; a warning is shown and lets it pass.
"""

from collections.abc import Iterator
from inspect import getdoc
from pathlib import Path

import dagster as dg

from expectations.suites import Layer, Suite, suites
from orchestration import second_process
from orchestration.gates.messages import ExpectationResult
from orchestration.settings import Settings, settings

LAYERS: tuple[Layer, ...] = ("raw", "canonical", "marts", "published")
CHECK = "gate"

# A gate on the schema as a whole stands on the asset that every row of it passes.
STANDS_ON = {"published.every_table": "published.zone_month"}


def gate(layer: Layer) -> dg.AssetChecksDefinition:
    """The gate after a layer."""
    guarded = suites(layer)

    @dg.multi_asset_check(
        name=f"gate_{layer}",
        specs=[
            dg.AssetCheckSpec(
                name=check_name(suite), asset=asset_key(suite), blocking=True, description=_description(suite)
            )
            for suite in guarded
        ],
        pool="warehouse_writer",
    )
    def checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        from orchestration.gates.engine import run_gate

        home = settings()
        results = second_process.call(
            run_gate,
            layer,
            databases(home)[layer],
            home.gates,
            context.run.run_id,
            attach=attached(home, layer),
            memory_limit=home.memory_limit,
        )
        for suite in guarded:
            yield check_result(suite, [result for result in results if result.table == suite.table])

    return checks


def databases(home: Settings) -> dict[Layer, Path]:
    """The database each gate checks."""
    return {
        "raw": home.warehouse_database,
        "canonical": home.warehouse_database,
        "marts": home.analyst_database,
        "published": home.public_database,
    }


def attached(home: Settings, layer: Layer) -> dict[str, Path]:
    """The databases a gate reconciles with."""
    if layer == "marts":
        return {"warehouse": home.warehouse_database}
    return {"analyst": home.analyst_database} if layer == "published" else {}


def check_result(suite: Suite, results: list[ExpectationResult]) -> dg.AssetCheckResult:
    """One table's verdict, with every expectation in its metadata."""
    failed = [result for result in results if not result.success]
    stops = any(result.stops for result in failed)
    return dg.AssetCheckResult(
        asset_key=asset_key(suite),
        check_name=check_name(suite),
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description="\n".join(result.message for result in failed) or f"{len(results)} expectations hold.",
        metadata={
            "expectations": dg.TableMetadataValue(
                records=[
                    dg.TableRecord(
                        {
                            "expectation": result.expectation,
                            "severity": result.severity,
                            "holds": result.success,
                            "message": result.message,
                        }
                    )
                    for result in results
                ],
                schema=dg.TableSchema(
                    [
                        dg.TableColumn("expectation"),
                        dg.TableColumn("severity"),
                        dg.TableColumn("holds", "bool"),
                        dg.TableColumn("message"),
                    ]
                ),
            )
        },
    )


def asset_key(suite: Suite) -> dg.AssetKey:
    """The asset a suite guards."""
    return dg.AssetKey(STANDS_ON.get(suite.table, suite.table).split("."))


def check_name(suite: Suite) -> str:
    """The check's name on its asset."""
    return f"{CHECK}_every_table" if suite.table in STANDS_ON else CHECK


def _description(suite: Suite) -> str:
    from importlib import import_module

    return getdoc(import_module(suite.expectations.__module__)) or suite.table


def assets() -> list[dg.AssetChecksDefinition]:
    """The gates, from raw to published."""
    return [gate(layer) for layer in LAYERS]
