"""Databases as gates find them when all is well: just what the gates read, made in SQL."""

from pathlib import Path

import yaml

from expectations.suites import Layer
from orchestration.disclosure.declared import PERIODS, ZONES, former
from orchestration.statistics.alternative_response import ALTERNATIVE_RESPONSE, TORNADO
from orchestration.statistics.responder_programmes import PROGRAMMES
from orchestration.statistics.scenario import SCENARIO
from orchestration.statistics.waits import RESPONSE_TIMES

ATTACHED: dict[Layer, list[str]] = {
    "raw": [],
    "canonical": [],
    "marts": ["warehouse"],
    "published": ["analyst"],
}
DATABASE: dict[Layer, str] = {
    "raw": "warehouse",
    "canonical": "warehouse",
    "marts": "analyst",
    "published": "public",
}

ROWS = {
    "calls": 2000,
    "unit_responses": 1800,
    "contacts": 400,
    "offenses": 600,
    "requests": 300,
    "resources": 40,
}
FACTS = {"calls": "demand", "contacts": "enforcement", "offenses": "crime"}
TIME = "timestamp '2024-01-01' + interval (i % 180) day"
LOCAL = f"{TIME} + interval (i * 7 % 1440) minute"
PLACE = """'located' as location_status, -93.5 + (i % 100) / 1000 as longitude,
    41.5 + (i % 90) / 1000 as latitude"""
COLUMNS = {
    "calls": f"i::varchar as call_id, {TIME} as call_at_utc, {LOCAL} as call_at_local, {TIME} as received_at_utc, "
    f"{TIME} + interval 9 minute as arrived_at_utc, '12 ELM ST' as block_address, {PLACE}",
    "unit_responses": f"i::varchar as call_id, {TIME} + interval 2 minute as dispatched_at_utc, "
    f"{TIME} + interval 8 minute as arrived_at_utc, 1 + (i % 2)::integer as crew_size",
    "contacts": f"{TIME} as contact_at_utc, {LOCAL} as contact_at_local, 'Blue' as subject_race, {PLACE}",
    "offenses": f"{TIME} as offense_at_utc, {LOCAL} as offense_at_local, if(i % 2 = 0, '13A', '220') as nibrs_code, {PLACE}",
    "requests": f"{TIME} as requested_at_utc, {LOCAL} as requested_at_local, null::varchar as published_zone_id, {PLACE}",
    "resources": PLACE,
}
WAREHOUSE = f"""
create schema raw; create schema canonical; create schema codebooks;
create table entities as select unnest({list(ROWS)}) as entity, unnest({list(ROWS.values())})::bigint as rows;
create table raw.cities as
    select 'riverbend' as city, -94.0 as west, 41.0 as south, -93.0 as east, 42.0 as north;
create table raw.loads as
    select 'riverbend' as city, entity || '_export' as data_set, entity, entity || '-1' as load_id, rows,
        0::bigint as rejected_lines, rows as records, null::bigint as portal_rows, rows as previous_rows, false as shrink_accepted,
        'snapshot' as growth, 1::bigint as load_number, true as complete, 0::bigint as withdrawn_rows,
        rows as kept_rows, null::varchar as listing_id, null::bigint as listed_keys, null::bigint as unknown_keys,
        timestamp '2024-07-01' as as_of, null::timestamp as looked_at, null::bigint as looks_back_days
    from entities;
create table raw.files as select city, data_set, load_id, entity || '.csv' as file, records, rows, rejected_lines from raw.loads;
create table raw.file_notes as
    select city, data_set, load_id, '' as file, '' as kind, 0 as count, '' as found from raw.loads where false;
create table raw.load_files as
    select 'riverbend' as city, entity || '_export' as data_set, 'snapshot' as growth, entity || '.' || n || '.csv' as file,
        entity || '-1' as load_id, rows // 2 as rows, '2024-06-30' as last_day, entity || '-0' as previous_load_id,
        rows // 2 as previous_rows, '2024-06-30' as previous_last_day, 2::bigint as family, false as shrink_accepted
    from entities, range(2) as t(n);
create table raw.shrunk_months (city varchar, data_set varchar, growth varchar, load_id varchar, month varchar,
    previous_rows bigint, rows bigint, shrink_accepted boolean);
create table raw.held_back (city varchar, data_set varchar, load_id varchar, kept_load_id varchar, reason varchar,
    rows bigint, kept_rows bigint);
create table raw.missing_windows (city varchar, data_set varchar, load_id varchar, begins timestamp, ends timestamp,
    seconds double, asked_seconds double);
create table raw.repeated_across_files (city varchar, data_set varchar, load_id varchar, file varchar, rows bigint,
    repeated bigint);
create table raw.load_columns as
    select 'riverbend' as city, 'calls_export' as data_set, 'calls-1' as load_id,
        unnest(['call_number', 'call_received']) as column_name, true as present, 0::bigint as files_without,
        null::varchar as file, null::varchar as likely_new_name, null::varchar as new_columns;
create table raw.column_changes as
    select 'riverbend' as city, 'calls_export' as data_set, 'calls-1' as load_id, '' as column_name, '' as change,
        '' as before, '' as after, false as needed where false;
create table raw.rejected_lines as
    select city, data_set, load_id, '' as file, 0 as line, '' as reason from raw.loads where false;
create table codebooks.call_type_crosswalk as select unnest(['*', 'riverbend']) as city;
create table canonical.zones as select 'riverbend' as city, 'T' || i as zone_id from range(4) as t(i);
create table codebooks.nibrs_offenses as select unnest(['13A', '220']) as nibrs_code;
create table canonical.staged_rows as
    select 'riverbend' as city, entity || '_export' as source_dataset, entity || '-1' as load_id, entity,
        'accepted' as row_status, null::varchar as row_reason, rows from entities;
create table canonical.rows_set_aside_by_staging as
    select city, source_dataset, load_id, '' as source_file, 0::bigint as source_line, row_status, row_reason
    from canonical.staged_rows where false;
""" + "".join(
    f"""
create table canonical.{entity} as
    select 'riverbend' as city, '{entity}_export' as source_dataset, i, {columns}
    from range({ROWS[entity]}) as t(i);
"""
    for entity, columns in COLUMNS.items()
)

MODELS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"


def contract(path: str) -> dict[str, str]:
    """Names and types of a mart's columns."""
    models = yaml.safe_load((MODELS / f"{path}.yml").read_text(encoding="utf-8"))["models"]
    return {column["name"]: column["data_type"] for column in models[0]["columns"]}


# Marts of which the state says nothing: their expectations have no row to fail on.
EMPTY_MARTS = {
    **{
        path.replace("/", "."): contract(path)
        for path in (
            "demand/calls_by_type",
            "demand/exclusion_ledger",
            "budget/cost_per_call_hour",
            "audit/coverage",
            "audit/coverage_gaps",
            "zones/reference_periods",
        )
    },
    **{
        mart.table: {name: kind for name, (kind, _) in mart.columns.items()}
        for mart in (RESPONSE_TIMES, ALTERNATIVE_RESPONSE, TORNADO, PROGRAMMES, SCENARIO)
    },
}
MARTS = (
    "".join(
        f"""
create schema {schema};
create table {schema}.fct_{entity} as
    select city, source_dataset, i, date_trunc('month', {TIME})::date as month, 'T' || (i % 4) as zone_id,
        location_status, 9.0::double as response_minutes, 'demand' as population, 'community' as initiation,
        'final_type' as mapping_status,
        'NOISE ' || (i % 3) as final_type, null::varchar as initial_type from warehouse.canonical.{entity};
create table {schema}.{entity}_by_zone_month as
    select city, 'tract' as zone_kind, zone_id, month, count(*) as demand_calls,
        count(*) as records, count(*) as {entity},
        0 as police_generated_offenses, 0 as unclassified_offenses, 0::bigint as records_of_uncovered_days,
        median(response_minutes) as median_minutes
    from {schema}.fct_{entity} group by all;
"""
        for entity, schema in FACTS.items()
    )
    + """
create view demand.crosswalk_coverage as
    select city, 'tract' as zone_kind, zone_id, count(*) as records,
        count(*) filter (where mapping_status = 'unmapped') as unmapped_records, 0::bigint as records_without_type,
        1 - unmapped_records / records as mapped_share,
        mode(final_type) filter (where mapping_status = 'unmapped') as most_frequent_unmapped_type
    from demand.fct_calls group by all;
create schema zones; create schema audit; create schema budget;
create table demand.fct_requests as select city from warehouse.canonical.requests;
create table demand.fct_unit_responses as
    select city, source_dataset, true as is_call_known, 9.0::double as service_minutes
    from warehouse.canonical.unit_responses;
create table zones.zone_summary as
    select 'riverbend' as city, 'tract' as zone_kind, 'T' || z as zone_id, measure, total // 4 as n,
        total // 4 - 9 as n_low, total // 4 + 9 as n_high, 4000::bigint as population, date '2024-01-01' as period_start, date '2024-06-30' as period_end,
        (total / 16)::double as rate_per_1000, (total / 16 - 1)::double as rate_lo,
        (total / 16 + 1)::double as rate_hi,
        'exact' as ci_method, 'ok' as status, '' as reason
    from (values ('calls', 2000), ('contacts', 400), ('offenses', 600)) as m(measure, total), range(4) t(z);
create table zones.dim_zone as select distinct city, zone_kind, zone_id from zones.zone_summary;
create table audit.row_accounting as
    select city, data_set, load_id, 'accepted' as fate, '' as reason, rows from warehouse.raw.loads;
"""
    + "".join(
        f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())});\n"
        for table, columns in EMPTY_MARTS.items()
    )
    # What is published stands in the analysts' database beside them.
    + "".join(
        f"create table {mart.table} ({', '.join(f'{name} {kind}' for name, (kind, _) in mart.columns.items())});\n"
        for mart in (former(ZONES.totals), former(ZONES.parts), PERIODS)
    )
    + """insert into audit.published_periods by name
        select distinct city, measure, period_start, period_end, 'new' as outcome from zones.zone_summary;
        insert into audit.former_zone_month by name
        select city, zone_id, month, 'calls' as measure, records as n, 'ok' as status, date '2024-01-01' as period_start,
            date '2024-06-30' as period_end, 'r1' as first_release, 'r1' as last_release
        from demand.calls_by_zone_month where zone_id = 'T2' and month = '2024-02-01';"""
)
PUBLISHED = """
create schema published;
create table published.zone_summary as
    select city, zone_id, 'Tract ' || zone_id as zone_name, population, measure, n, period_start, period_end,
        rate_per_1000, rate_lo, rate_hi, status, reason from analyst.zones.zone_summary;
create table published.zone_month as
    select city, zone_id, month, 'calls' as measure, records as n, 'ok' as status
    from analyst.demand.calls_by_zone_month;
"""
