{% set time_zone = 'America/Los_Angeles' %}
{% set started = published_clock_time('offense_start_datetime') %}
{% set reported = published_clock_time('report_datetime') %}
{% set readable = 'coalesce(' ~ started ~ ', ' ~ reported ~ ') is not null' %}

with versions as (
    {{ rank_versions(source('seattle', 'crimes'), ['offense_id'], '_load_number', readable) }}
),

typed as (
    select
        crimes.offense_id,
        crimes.report_number as report_id,
        {{ published_time_utc('crimes.offense_start_datetime', time_zone) }} as started_at_utc,
        {{ published_time_utc('crimes.offense_end_datetime', time_zone) }} as ended_at_utc,
        {{ published_time_utc('crimes.report_datetime', time_zone) }} as reported_at_utc,
        crimes.offense_code as nibrs_code,
        crimes.offense,
        case upper(crimes.crime_against_category)
            when 'PERSON' then 'person'
            when 'PROPERTY' then 'property'
            when 'SOCIETY' then 'society'
            when 'NOT_A_CRIME' then 'not_a_crime'
            else 'unknown'
        end as crime_against,
        -- Reports are numbered after the call's event: 2016-123456 is event 2016000123456. Numbers from
        -- 900000 on are reports taken without one.
        case
            when length(crimes.report_number) = 11 and right(crimes.report_number, 6) < '900000'
                then left(crimes.report_number, 4) || '000' || right(crimes.report_number, 6)
        end as call_id,
        crimes.{{ adapter.quote('100_block_address') }} as block_address,
        nullif(nullif(crimes.beat, 'UNKNOWN'), '99') as native_zone,
        try_cast(crimes.longitude as double) as published_longitude,
        try_cast(crimes.latitude as double) as published_latitude,
        {{ location_status('crimes.longitude', 'crimes.latitude') }} as location_status,
        {{ time_reason(['crimes.offense_start_datetime', 'crimes.report_datetime']) }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time(
            ['crimes.offense_start_datetime', 'crimes.offense_end_datetime', 'crimes.report_datetime'], time_zone
        ) }} as is_ambiguous_time,
        crimes._load_id as load_id,
        crimes._file as source_file,
        crimes._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'crimes') }} as crimes
    left join versions
        on {{ same_row('crimes', 'versions') }}
),

timed as (
    select
        *,
        coalesce(
            case when offense_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'seattle' as city,
    offense_id,
    report_id,
    coalesce(started_at_utc, reported_at_utc) as offense_at_utc,
    {{ utc_to_local('coalesce(started_at_utc, reported_at_utc)', time_zone) }} as offense_at_local,
    is_ambiguous_time,
    case when started_at_utc is not null then 'occurred' else 'reported' end as offense_time_basis,
    -- An end before the start (mostly a date without its time) says nothing.
    case when ended_at_utc >= started_at_utc then ended_at_utc end as occurred_to_utc,
    reported_at_utc,
    nibrs_code,
    offense,
    crime_against,
    cast(null as varchar) as report_status,
    call_id,
    block_address,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'crimes' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed
