{% set readable = 'stopid is not null and ' ~ published_clock_time('stopdate') ~ ' is not null' %}

with versions as (
    -- OBJECTID is reassigned every night; StopID is the key.
    {{ rank_versions(source('riverbend', 'officer_stops'), ['stopid'], '_load_number', readable) }}
),

typed as (
    select
        stops.stopid as contact_id,
        {{ published_time_utc('stops.stopdate', 'America/Chicago') }} as contact_at_utc,
        stops.callnumber as call_id,
        stops.stopreason as reason,
        stops.outcome,
        case when stops.outcome is not null then stops.outcome = 'Arrest' end as arrest_made,
        case stops.searchconducted when 'Y' then true when 'N' then false end as search_conducted,
        case stops.contrabandfound when 'Y' then true when 'N' then false end as contraband_found,
        stops.subjectrace as subject_race,
        stops.subjectsex as subject_sex,
        stops.subjectagegroup as subject_age_group,
        stops.beat as native_zone,
        try_cast(stops.geometry_x as double) as published_longitude,
        try_cast(stops.geometry_y as double) as published_latitude,
        {{ location_status('stops.geometry_x', 'stops.geometry_y') }} as location_status,
        {{ is_ambiguous_time('stops.stopdate', 'America/Chicago') }} as is_ambiguous_time,
        stops._load_id as load_id,
        stops._file as source_file,
        stops._line as source_line,
        coalesce(
            case when stops.stopid is null then 'missing_key' end,
            {{ time_reason('stops.stopdate') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'officer_stops') }} as stops
    left join versions
        on {{ same_row('stops', 'versions') }}
)

select
    'riverbend' as city,
    contact_id,
    'stop' as contact_kind,
    contact_at_utc,
    {{ utc_to_local('contact_at_utc', 'America/Chicago') }} as contact_at_local,
    is_ambiguous_time,
    'officer' as initiation,
    'type' as initiation_basis,
    call_id,
    reason,
    outcome,
    arrest_made,
    search_conducted,
    cast(null as boolean) as frisk_performed,
    case when search_conducted then contraband_found end as contraband_found,
    subject_race,
    subject_sex,
    subject_age_group,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'officer_stops' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
