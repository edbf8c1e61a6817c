"""Dagster assets of statistics: estimates made in Python that stand beside the marts and pass the same gate."""

from collections.abc import Iterator

import dagster as dg

from orchestration import second_process
from orchestration.catalog.reading import CatalogError
from orchestration.settings import settings
from orchestration.statistics.families import FAMILIES, Family, make_marts

OWNER = ["team:data-engineering"]
GROUP = "statistics"


def family_asset(family: Family) -> dg.AssetsDefinition:
    """The marts of one family."""

    @dg.multi_asset(
        name=family.marts[0].table.replace(".", "__"),
        specs=[
            dg.AssetSpec(
                mart.key,
                deps=[dg.AssetKey(table.split(".")) for table in family.reads],
                group_name=GROUP,
                owners=OWNER,
                kinds={"python", "duckdb"},
                description=mart.description,
            )
            for mart in family.marts
        ],
        pool="warehouse_writer",
    )
    def estimates() -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        try:
            counts = second_process.call(make_marts, family, settings())
        except CatalogError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for mart, rows in zip(family.marts, counts, strict=True):
            yield dg.MaterializeResult(
                asset_key=mart.key,
                metadata={
                    "dagster/row_count": rows,
                    "dagster/column_schema": dg.TableSchema(
                        [dg.TableColumn(name, kind, description=text) for name, (kind, text) in mart.columns.items()]
                    ),
                },
            )

    return estimates


def assets() -> list[dg.AssetsDefinition]:
    """The assets of statistics."""
    return [family_asset(family) for family in FAMILIES]
