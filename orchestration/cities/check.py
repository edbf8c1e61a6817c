"""What is missing or doubtful in a city, told from the tables of the last run.

Gates stop what is wrong; this tells what may be misunderstood: a mapping turned round, a type nobody has read, a
column that never says anything. It only reads.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.catalog.model import City
from orchestration.cities import coverage, crime, exports, hours, used_zones
from orchestration.crosswalk import seed
from orchestration.crosswalk.wording import type_key
from orchestration.ingest.sql import literal, quoted

ENTITIES = ("calls", "unit_responses", "contacts", "offenses", "requests")
ADDED = {"city", "source_dataset", "load_id", "source_file", "source_line"}
SOME = 0.01  # shares below it are noise of any dispatch system
MANY_UNMAPPED = 0.05  # of the calls
MANY_UNKNOWN = 0.5  # of the calls
AT_ONCE = 60.0  # seconds from start to arrival of what an officer came upon
ENOUGH = 50  # calls that a share needs on each side to say anything
# What to do first, by the rule of a finding, the most pressing one first.
NEXT = {
    "stopped_early": "See why the run was stopped: footprint gates. Then run again, and check again.",
    "undecided_column": "Decide in the city file on the columns that were left out, and run again.",
    "key_not_unique": "Mend the key in the city file, and run again: what is counted depends on it.",
    "constant_clock": "Give the records their clock, in the staging model, and run again: every hour depends on it.",
    "no_zone_ids": "Mend the ids of zones in the staging model, and run again: every rate depends on them.",
    "outside_boundary": "Mend the places, in the staging model or the boundary, and run again.",
    "inverted_initiation": "Mend who started a call in the staging model, and run again.",
    "unmapped_types": "footprint crosswalk suggest --city {city}, then footprint crosswalk review, then run again.",
}
NEXT_OTHERWISE = "Read the rest one by one; then the gates (footprint gates) and audit.row_accounting of {city}."
ORDERED = {
    "calls": ("received_at_utc", "dispatched_at_utc", "arrived_at_utc", "cleared_at_utc"),
    "unit_responses": ("dispatched_at_utc", "arrived_at_utc", "cleared_at_utc"),
    "requests": ("requested_at_utc", "closed_at_utc"),
}


@dataclass(frozen=True)
class Finding:
    """Something doubtful: where, what was found, and what to look at. `rule` names the kind."""

    rule: str
    table: str
    found: str
    mend: str


def check(database: Path, city: City) -> list[Finding] | None:
    """Everything doubtful about a city; None where the database holds nothing of it."""
    with duckdb.connect(str(database), read_only=True) as connection:
        loaded = {
            name
            for (name,) in connection.execute("select data_set from raw.loads where city = ?", [city.name]).fetchall()
        }
        if not loaded:
            return None
        found: list[Finding] = []
        for entity in ENTITIES if _has(connection, "canonical", "calls") else ():
            found += _never_filled(connection, city, entity)
            found += _out_of_order(connection, city, entity)
            found += _outside(connection, city, entity)
        if _has(connection, "canonical", "calls"):
            found += _unmapped(connection, city)
            found += _inverted(connection, city)
            found += _unknown_initiation(connection, city)
        else:
            found.append(
                Finding(
                    "stopped_early", "canonical", "the last run ended before its rows were mapped, so only raw rows "
                    "were looked at", "See why with footprint gates, and run again.",
                )
            )  # fmt: skip
        if _has(connection, "intermediate", "int_offenses__classified"):
            found += [Finding(*told) for told in crime.told(connection, city.name)]
        if _has(connection, "intermediate", "int_reference_days"):
            found += [Finding(*told) for told in coverage.told(connection, city.name)]
        if _has(connection, "canonical", "calls"):
            found += [
                Finding(*told) for told in [*hours.told(connection, city), *used_zones.told(connection, city.name)]
            ]
        found += [Finding(*told) for told in exports.undecided(connection, city.name)]
        for name in sorted(loaded & city.data_sets.keys()):
            found += [Finding(*told) for told in exports.told(connection, city.data_sets[name])]
    return found


def next_step(city: str, findings: list[Finding]) -> str:
    """What to do first about some findings."""
    rules = {finding.rule for finding in findings}
    return next(
        (step.format(city=city) for rule, step in NEXT.items() if rule in rules), NEXT_OTHERWISE.format(city=city)
    )


def _has(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Whether the last run came as far as a table; a gate may have stopped it before."""
    return bool(
        connection.execute(
            "select 1 from duckdb_columns() where schema_name = ? and table_name = ? limit 1", [schema, name]
        ).fetchall()
    )


def _never_filled(connection: duckdb.DuckDBPyConnection, city: City, entity: str) -> list[Finding]:
    """Columns of the contract that are always NULL."""
    names = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where schema_name = 'canonical' and table_name = ? "
            "order by column_index",
            [entity],
        ).fetchall()
        if name not in ADDED
    ]
    if not names:
        return []
    counts = ", ".join(f"count({quoted(name)})" for name in names)
    found = connection.execute(
        f"select source_dataset, count(*), {counts} from canonical.{entity} where city = ? group by 1 order by 1",
        [city.name],
    ).fetchall()
    findings = []
    for data_set, rows, *filled in found:
        empty = [name for name, count in zip(names, filled, strict=True) if not count]
        if empty and rows:
            findings.append(
                Finding(
                    "never_filled", f"{entity} of {data_set}", f"never filled: {', '.join(empty)}",
                    "If the export has them, map them in its staging model.",
                )
            )  # fmt: skip
    return findings


def _out_of_order(connection: duckdb.DuckDBPyConnection, city: City, entity: str) -> list[Finding]:
    columns = ORDERED.get(entity, ())
    findings = []
    for place, earlier in enumerate(columns):
        for later in columns[place + 1 :]:
            for data_set, both, wrong in connection.execute(
                f"select source_dataset, count(*), count(*) filter ({later} < {earlier}) from canonical.{entity} "
                f"where city = ? and {earlier} is not null and {later} is not null group by 1 order by 1",
                [city.name],
            ).fetchall():
                if wrong > SOME * both:
                    findings.append(
                        Finding(
                            "times_out_of_order", f"{entity} of {data_set}",
                            f"{later} lies before {earlier} in {wrong:,} of {both:,} rows ({wrong / both:.1%})",
                            "Look whether the columns are exchanged, or on clocks of different time zones.",
                        )
                    )  # fmt: skip
    return findings


def _outside(connection: duckdb.DuckDBPyConnection, city: City, entity: str) -> list[Finding]:
    has_place = connection.execute(
        "select 1 from duckdb_columns() where schema_name = 'canonical' and table_name = ? and column_name = 'longitude'",
        [entity],
    ).fetchall()
    if not has_place:
        return []
    box = city.boundary
    is_inside = f"longitude between {box.west} and {box.east} and latitude between {box.south} and {box.north}"
    turned = f"latitude between {box.west} and {box.east} and longitude between {box.south} and {box.north}"
    findings = []
    for data_set, located, outside, exchanged in connection.execute(
        f"select source_dataset, count(*), count(*) filter (not ({is_inside})), count(*) filter ({turned}) "
        f"from canonical.{entity} where city = ? and longitude is not null and latitude is not null group by 1 order by 1",
        [city.name],
    ).fetchall():
        if outside > SOME * located:
            mend = "Exchange them in the staging model." if exchanged > outside / 2 else (
                "Look at `boundary` in the city file, the sign of the longitude, and the system the coordinates are in."
            )  # fmt: skip
            how = "longitude and latitude are exchanged" if exchanged > outside / 2 else "outside the boundary"
            findings.append(
                Finding(
                    "outside_boundary", f"{entity} of {data_set}",
                    f"{outside:,} of {located:,} places ({outside / located:.1%}) are {how}"
                    if "outside" in how else f"{how} in {outside:,} of {located:,} places",
                    mend,
                )
            )  # fmt: skip
    return findings


def _unmapped(connection: duckdb.DuckDBPyConnection, city: City) -> list[Finding]:
    """Types of calls that the crosswalk does not map, by their share of all calls."""
    is_unmapped = "mapping_status = 'unmapped'"
    if _has(connection, "intermediate", "int_calls__mapped"):
        types = "intermediate.int_calls__mapped"
    else:
        # A gate stopped the run before types were mapped: they are looked up in the seed, whatever the day.
        known = {row["call_type"] for row in seed.read(seed.CROSSWALK) if row["city"] in (city.name, seed.EVERY_CITY)}
        published = connection.execute(
            "select distinct unnest([final_type, initial_type]) from canonical.calls where city = ?", [city.name]
        ).fetchall()
        mapped = [text for (text,) in published if text and type_key(text) in known]
        types = "canonical.calls"
        is_unmapped = f"not coalesce(list_has_any([final_type, initial_type], [{', '.join(map(literal, mapped))}]::varchar[]), false)"
    found = connection.execute(
        "select coalesce(final_type, initial_type, 'no type'), count(*), "
        f"(select count(*) from canonical.calls where city = $city) from {types} "
        f"where city = $city and {is_unmapped} group by 1 order by 2 desc, 1",
        {"city": city.name},
    ).fetchall()
    if not found:
        return []
    share = sum(count for _, count, _ in found) / float(found[0][2])
    if share < MANY_UNMAPPED:
        return []
    most = ", ".join(f"{kind} ({count / float(total):.1%})" for kind, count, total in found[:8])
    return [
        Finding(
            "unmapped_types",
            "calls",
            f"{len(found):,} call types without a mapping, {share:.1%} of the calls; most: {most}",
            f"Have mappings proposed: footprint crosswalk suggest --city {city.name}.",
        )
    ]


def _unknown_initiation(connection: duckdb.DuckDBPyConnection, city: City) -> list[Finding]:
    """Data sets of which most calls do not tell who started them."""
    return [
        Finding(
            "unknown_initiation", f"calls of {data_set}",
            f"{'all' if unknown == calls else f'{unknown / calls:.0%} of'} {calls:,} calls do not tell who started them, so "
            "demand of the community has bounds and no number",
            "Map a column that tells it (a source, an officer-initiated flag) to `initiation` in the staging model, or ask for one.",
        )
        for data_set, calls, unknown in connection.execute(
            "select source_dataset, count(*), count(*) filter (initiation = 'unknown') as n from canonical.calls where city = ? "
            f"group by 1 having n > {MANY_UNKNOWN} * count(*) order by 1", [city.name],
        ).fetchall()
    ]  # fmt: skip


def _inverted(connection: duckdb.DuckDBPyConnection, city: City) -> list[Finding]:
    """Whether who started a call looks turned round: what an officer comes upon begins with the arrival."""
    has_units = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'canonical' and table_name = 'unit_responses' union all "
        "select 1 from duckdb_views() where schema_name = 'canonical' and view_name = 'unit_responses'"
    ).fetchall()
    first = (
        "(select city, call_id, min(arrived_at_utc) as at from canonical.unit_responses where city = "
        f"{literal(city.name)} group by all)"
        if has_units
        else "(select null::varchar as city, null::varchar as call_id, null::timestamp as at where false)"
    )
    shares = {
        (data_set, initiation): (calls, at_once)
        for data_set, initiation, calls, at_once in connection.execute(
            "select source_dataset, initiation, count(*), "
            f"count(*) filter (epoch(arrived - received_at_utc) between -{AT_ONCE} and {AT_ONCE}) from ("
            "select calls.*, coalesce(calls.arrived_at_utc, first.at) as arrived from canonical.calls as calls "
            f"left join {first} as first on calls.city = first.city and calls.call_id = first.call_id "
            "where calls.city = ?) where arrived is not null and received_at_utc is not null "
            "and initiation in ('officer', 'community') group by 1, 2 order by 1, 2",
            [city.name],
        ).fetchall()
    }
    findings = []
    for data_set in dict.fromkeys(name for name, _ in shares):
        officer, community = (shares.get((data_set, who), (0, 0)) for who in ("officer", "community"))
        if min(officer[0], community[0]) < ENOUGH:
            continue
        of_officer, of_community = officer[1] / officer[0], community[1] / community[0]
        if of_community > of_officer + 0.1:
            findings.append(
                Finding(
                    "inverted_initiation",
                    f"calls of {data_set}",
                    f"{of_community:.0%} of the calls by the community begin within {AT_ONCE:.0f} s of the arrival, "
                    f"but only {of_officer:.0%} of those by officers",
                    "The flag is probably read the wrong way round: look at `initiation` in the staging model.",
                )
            )
    return findings
