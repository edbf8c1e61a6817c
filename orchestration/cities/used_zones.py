"""What `footprint city check` tells of a city's zones: ids of records that are none, and zones that no record is in."""

import duckdb

from orchestration.cities.zone_ids import missing_zeros

Told = tuple[str, str, str, str]  # rule, table, found, mend: the fields of a `check.Finding`

ENTITIES = ("calls", "requests")
NAMED = 5
SOME = 0.05  # of the ids
UNKNOWN_IDS = """
with zones as (select distinct zone_id from canonical.zones where city = $city)
select source_dataset, count(*), count(*) filter (zones.zone_id is not null),
    count(*) filter (zones.zone_id is null and padded.zone_id is not null),
    list(distinct published_zone_id order by published_zone_id) filter (zones.zone_id is null)
from canonical.{entity} as records
left join zones on records.published_zone_id = zones.zone_id
left join (select ltrim(zone_id, '0') as bare, min(zone_id) as zone_id from zones group by 1) as padded
    on ltrim(records.published_zone_id, '0') = padded.bare
where city = $city and published_zone_id is not null
group by 1 order by 1
"""
USED = """
with used as (
    select zone_id from enrich.point_zones where city = $city
    {published}
)
select zone_kind, count(*), count(*) filter (zone_id not in (select zone_id from used where zone_id is not null)),
    list(zone_id order by zone_id) filter (zone_id not in (select zone_id from used where zone_id is not null))
from canonical.zones where city = $city group by 1 order by 1
"""


def told(connection: duckdb.DuckDBPyConnection, city: str) -> list[Told]:
    """Ids that are no zone, with the reason where it is a lost zero, and zones without a record."""
    columns = {
        (schema, table, column)
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where schema_name in ('canonical', 'enrich')"
        ).fetchall()
    }
    if ("canonical", "zones", "zone_id") not in columns:
        return []
    carrying = [entity for entity in ENTITIES if ("canonical", entity, "published_zone_id") in columns]
    found: list[Told] = []
    for entity in carrying:
        for row in connection.execute(UNKNOWN_IDS.format(entity=entity), {"city": city}).fetchall():
            found += _unknown(entity, *row)
    if ("enrich", "point_zones", "zone_id") in columns:
        published = " ".join(
            f"union all select published_zone_id from canonical.{entity} where city = $city" for entity in carrying
        )
        for kind, zones, empty, names in connection.execute(
            USED.format(published=published), {"city": city}
        ).fetchall():
            if empty:
                which = f": {', '.join(names[:NAMED])}{' …' if empty > NAMED else ''}" if empty < zones else ""
                found.append(
                    ("zones_never_used", f"zones of kind {kind}", f"no record lies in {empty:,} of {zones:,} zones{which}",
                     "Look whether they are of the city, whether the records have places or ids of zones, and whether ids are "
                     "written in the same way on both sides.")
                )  # fmt: skip
    return found


def _unknown(entity: str, data_set: str, rows: int, known: int, padded: int, strangers: list[str] | None) -> list[Told]:
    if rows - known <= SOME * rows:
        return []
    if padded > (rows - known) / 2:
        return [
            ("no_zone_ids", f"{entity} of {data_set}", missing_zeros(known, rows, "ids"),
             "Fill the ids up with zeros in the staging model (published_zone_id), as the drafts of city new do.")
        ]  # fmt: skip
    shown = ", ".join((strangers or [])[:NAMED])
    return [
        ("no_zone_ids", f"{entity} of {data_set}", f"{known:,} of {rows:,} ids are a zone; others are such as {shown}",
         "Look whether the zones are of the same vintage, and whether ids are written in the same way on both sides.")
    ]  # fmt: skip
