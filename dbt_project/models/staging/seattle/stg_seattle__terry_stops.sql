{% set time_zone = 'America/Los_Angeles' %}
{% set reported = published_clock_time("reported_date || ' ' || left(reported_time, 8)") %}
{% set readable = reported ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('seattle', 'terry_stops'), ['terry_stop_id'], '_load_number', readable) }}
),

typed as (
    -- The export spells what it does not know as the word NULL or as a dash.
    select
        stops.terry_stop_id as contact_id,
        stops.go_sc_num as report_number,
        nullif(stops.calltype, 'NULL') as call_type,
        nullif(stops.initialcalltype, 'NULL') as initial_call_type,
        nullif(stops.finalcalltype, 'NULL') as final_call_type,
        -- Seconds have seven decimals, all zero.
        {{ published_time_utc(
            "stops.reported_date || ' ' || left(stops.reported_time, 8)", time_zone
        ) }} as reported_at_utc,
        case stops.arrestflag when 'Y' then true when 'N' then false end as arrest_made,
        case stops.friskflag when 'Y' then true when 'N' then false end as frisk_performed,
        nullif(stops.subjectperceivedrace, '-') as subject_race,
        nullif(stops.subjectperceivedgender, '-') as subject_sex,
        nullif(stops.subjectagegroup, '-') as subject_age_group,
        nullif(nullif(stops.beat, 'NULL'), '99') as native_zone,
        {{ time_reason("stops.reported_date || ' ' || left(stops.reported_time, 8)") }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time(
            "stops.reported_date || ' ' || left(stops.reported_time, 8)", time_zone
        ) }} as is_ambiguous_time,
        stops._load_id as load_id,
        stops._file as source_file,
        stops._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'terry_stops') }} as stops
    left join versions
        on {{ same_row('stops', 'versions') }}
),

linked as (
    select
        *,
        reported_at_utc as contact_at_utc,
        case call_type
            when '911' then 'community'
            when 'TELEPHONE OTHER, NOT 911' then 'community'
            when 'ONVIEW' then 'officer'
            when 'ALARM CALL (NOT POLICE ALARM)' then 'alarm'
            else 'unknown'
        end as initiation,
        -- The number is that of a call's event only where the call is there too: 20150000123457 is event
        -- 2015000123457. Elsewhere (7,655 stops) it numbers a street check, or a report of another year.
        case
            when call_type is not null and length(report_number) = 14
                then left(report_number, 4) || right(report_number, 9)
        end as call_id,
        coalesce(
            case when contact_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'seattle' as city,
    contact_id,
    'stop' as contact_kind,
    contact_at_utc,
    {{ utc_to_local('contact_at_utc', time_zone) }} as contact_at_local,
    is_ambiguous_time,
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
    call_id,
    initial_call_type as reason,
    cast(null as varchar) as outcome,
    arrest_made,
    cast(null as boolean) as search_conducted,
    frisk_performed,
    cast(null as boolean) as contraband_found,
    subject_race,
    subject_sex,
    subject_age_group,
    native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    'terry_stops' as source_dataset,
    load_id,
    source_file,
    source_line,
    call_type,
    final_call_type,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from linked
