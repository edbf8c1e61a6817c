{% set time_zone = 'America/Chicago' %}
{% set occurred = published_clock_time('occurred_from') %}
{% set reported = published_clock_time('reported') %}
{% set readable = 'offense_id is not null and coalesce(' ~ occurred ~ ', ' ~ reported ~ ') is not null' %}

with versions as (
    {{ rank_versions(source('riverbend', 'offenses'), ['offense_id'], reported, readable) }}
),

typed as (
    select
        offenses.offense_id,
        offenses.report_number as report_id,
        {{ published_time_utc('offenses.occurred_from', time_zone) }} as occurred_from_utc,
        {{ published_time_utc('offenses.occurred_to', time_zone) }} as occurred_to_utc,
        {{ published_time_utc('offenses.reported', time_zone) }} as reported_at_utc,
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
        {{ is_ambiguous_time(
            ['offenses.occurred_from', 'offenses.occurred_to', 'offenses.reported'], time_zone
        ) }} as is_ambiguous_time,
        offenses._load_id as load_id,
        offenses._file as source_file,
        offenses._line as source_line,
        coalesce(
            case when offenses.offense_id is null then 'missing_key' end,
            {{ time_reason(['offenses.occurred_from', 'offenses.reported']) }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'offenses') }} as offenses
    left join versions
        on {{ same_row('offenses', 'versions') }}
)

select
    'riverbend' as city,
    offense_id,
    report_id,
    coalesce(occurred_from_utc, reported_at_utc) as offense_at_utc,
    {{ utc_to_local('coalesce(occurred_from_utc, reported_at_utc)', time_zone) }} as offense_at_local,
    is_ambiguous_time,
    case when occurred_from_utc is not null then 'occurred' else 'reported' end as offense_time_basis,
    occurred_to_utc,
    reported_at_utc,
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
