{% set occurred = parse_timestamp('occurred_from', '%m/%d/%Y %I:%M:%S %p') %}
{% set reported = parse_timestamp('reported', '%m/%d/%Y %I:%M:%S %p') %}
{% set readable = 'offense_id is not null and coalesce(' ~ occurred ~ ', ' ~ reported ~ ') is not null' %}

with versions as (
    {{ rank_versions(source('riverbend', 'offenses'), ['offense_id'], reported, readable) }}
),

typed as (
    select
        offenses.offense_id,
        offenses.report_number as report_id,
        {{ parse_timestamp('offenses.occurred_from', '%m/%d/%Y %I:%M:%S %p') }} as occurred_from_local,
        {{ parse_timestamp('offenses.occurred_to', '%m/%d/%Y %I:%M:%S %p') }} as occurred_to_local,
        {{ parse_timestamp('offenses.reported', '%m/%d/%Y %I:%M:%S %p') }} as reported_at_local,
        offenses.nibrs_code,
        offenses.offense_description as offense,
        case lower(offenses.crime_against)
            when 'person' then 'person'
            when 'property' then 'property'
            when 'society' then 'society'
            when 'not a crime' then 'not_a_crime'
            else 'unknown'
        end as crime_against,
        offenses.status as report_status,
        offenses.call_number as call_id,
        nullif(offenses.block_address, 'WITHHELD') as block_address,
        offenses.beat as native_zone,
        try_cast(offenses.longitude as double) as published_longitude,
        try_cast(offenses.latitude as double) as published_latitude,
        {{ location_status(
            'offenses.longitude', 'offenses.latitude', "offenses.block_address = 'WITHHELD' and offenses.longitude is null"
        ) }} as location_status,
        offenses._load_id as load_id,
        offenses._file as source_file,
        offenses._line as source_line,
        case
            when offenses.offense_id is null then 'missing_key'
            when coalesce(
                {{ parse_timestamp('offenses.occurred_from', '%m/%d/%Y %I:%M:%S %p') }},
                {{ parse_timestamp('offenses.reported', '%m/%d/%Y %I:%M:%S %p') }}
            ) is null then 'unreadable_time'
        end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'offenses') }} as offenses
    left join versions
        on {{ same_row('offenses', 'versions') }}
)

select
    'riverbend' as city,
    offense_id,
    report_id,
    {{ local_to_utc('coalesce(occurred_from_local, reported_at_local)', 'America/Chicago') }} as offense_at_utc,
    coalesce(occurred_from_local, reported_at_local) as offense_at_local,
    case when occurred_from_local is not null then 'occurred' else 'reported' end as offense_time_basis,
    {{ local_to_utc('occurred_to_local', 'America/Chicago') }} as occurred_to_utc,
    {{ local_to_utc('reported_at_local', 'America/Chicago') }} as reported_at_utc,
    nibrs_code,
    offense,
    crime_against,
    report_status,
    call_id,
    block_address,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'offenses' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
