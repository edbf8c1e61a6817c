"""The published tables as Dagster assets: what may leave the building, made in one op from the candidates."""

from collections.abc import Iterator

import dagster as dg

from orchestration import second_process
from orchestration.disclosure.declared import DECLARED, PERIODS, former
from orchestration.publish.releases import utc_now
from orchestration.settings import settings
from orchestration.statistics.marts import Mart

OWNER = ["team:data-engineering"]
GROUP = "published"
TABLES = [table for declaration in DECLARED for table in (declaration.totals, declaration.parts)]
MARTS: list[Mart] = [*(table.mart for table in TABLES), *map(former, TABLES), PERIODS]


@dg.multi_asset(
    name="published_tables",
    specs=[
        dg.AssetSpec(
            mart.key,
            deps=[dg.AssetKey(["candidates", table.name]) for table in TABLES],
            group_name=GROUP,
            owners=OWNER,
            kinds={"python", "duckdb"},
            description=mart.description,
        )
        for mart in MARTS
    ],
    pool="warehouse_writer",
)
def published_tables() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """Hide what must not be told, and leave standing what former releases published."""
    from orchestration.disclosure.store import HistoryError, make_published

    try:
        rows = second_process.call(make_published, settings(), utc_now())
    except HistoryError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    for mart in MARTS:
        yield dg.MaterializeResult(
            asset_key=mart.key,
            metadata={
                "dagster/row_count": rows[mart.table],
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(name, kind, description=text) for name, (kind, text) in mart.columns.items()]
                ),
            },
        )


def assets() -> list[dg.AssetsDefinition]:
    """The assets of what is published."""
    return [published_tables]
