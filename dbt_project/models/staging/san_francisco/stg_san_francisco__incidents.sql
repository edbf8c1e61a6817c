{% set time_zone = 'America/Los_Angeles' %}
{% set occurred = published_clock_time('incident_datetime') %}
{% set reported = published_clock_time('report_datetime') %}
{% set readable = 'row_id is not null and coalesce(' ~ occurred ~ ', ' ~ reported ~ ') is not null' %}

with versions as (
    {{ rank_versions(source('san_francisco', 'incidents'), ['row_id'], '_load_number', readable) }}
),

typed as (
    select
        incidents.row_id as offense_id,
        incidents.incident_number as report_id,
        incidents.incident_code,
        {{ published_time_utc('incidents.incident_datetime', time_zone) }} as occurred_at_utc,
        {{ published_time_utc('incidents.report_datetime', time_zone) }} as reported_at_utc,
        incidents.incident_description as offense,
        -- The department's own codes, no NIBRS: only what says so itself is known to be no crime.
        case when incidents.incident_category = 'Non-Criminal' then 'not_a_crime' else 'unknown' end as crime_against,
        incidents.resolution as report_status,
        incidents.cad_number as call_id,
        incidents.intersection as block_address,
        incidents.police_district as native_zone,
        try_cast(incidents.longitude as double) as published_longitude,
        try_cast(incidents.latitude as double) as published_latitude,
        {{ location_status('incidents.longitude', 'incidents.latitude') }} as location_status,
        coalesce(incidents.report_type_description like '%Supplement%', false) as is_supplement,
        {{ time_reason(['incidents.incident_datetime', 'incidents.report_datetime']) }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time(
            ['incidents.incident_datetime', 'incidents.report_datetime'], time_zone
        ) }} as is_ambiguous_time,
        incidents._load_id as load_id,
        incidents._file as source_file,
        incidents._line as source_line,
        {{ version_reason('versions') }} as version_reason
    from {{ source('san_francisco', 'incidents') }} as incidents
    left join versions
        on {{ same_row('incidents', 'versions') }}
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
),

judged as (
    select
        *,
        coalesce(
            version_reason,
            -- A supplement brings news of an incident and repeats its codes: the offense was counted with the first
            -- report. One that comes alone, or with a new code, is an offense of its own.
            case
                when
                    is_supplement
                    and row_number() over (
                        partition by
                            report_id, incident_code, version_reason is null and quarantine_reason is null
                        order by is_supplement, reported_at_utc, offense_id
                    ) > 1
                    then 'supplement_of_a_report'
            end
        ) as exclusion_reason
    from timed
)

select
    'san_francisco' as city,
    offense_id,
    report_id,
    coalesce(occurred_at_utc, reported_at_utc) as offense_at_utc,
    {{ utc_to_local('coalesce(occurred_at_utc, reported_at_utc)', time_zone) }} as offense_at_local,
    is_ambiguous_time,
    case when occurred_at_utc is not null then 'occurred' else 'reported' end as offense_time_basis,
    cast(null as timestamp) as occurred_to_utc,
    reported_at_utc,
    cast(null as varchar) as nibrs_code,
    offense,
    crime_against,
    report_status,
    call_id,
    block_address,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'incidents' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
