{% set readable = 'arrestid is not null and ' ~ published_clock_time('arrestdate') ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('riverbend', 'arrests'), ['arrestid'], '_load_number', readable) }}
),

typed as (
    select
        arrests.arrestid as contact_id,
        {{ published_time_utc('arrests.arrestdate', 'America/Chicago') }} as contact_at_utc,
        case
            when arrests.initiation ilike 'officer%' then 'officer'
            when arrests.initiation is null then 'unknown'
            else 'community'
        end as initiation,
        case when arrests.initiation is null then 'none' else 'explicit' end as initiation_basis,
        arrests.callnumber as call_id,
        arrests.chargedescription as reason,
        arrests.subjectrace as subject_race,
        arrests.subjectsex as subject_sex,
        arrests.subjectagegroup as subject_age_group,
        arrests.beat as native_zone,
        try_cast(arrests.geometry_x as double) as published_longitude,
        try_cast(arrests.geometry_y as double) as published_latitude,
        {{ location_status('arrests.geometry_x', 'arrests.geometry_y') }} as location_status,
        {{ is_ambiguous_time('arrests.arrestdate', 'America/Chicago') }} as is_ambiguous_time,
        arrests._load_id as load_id,
        arrests._file as source_file,
        arrests._line as source_line,
        coalesce(
            case when arrests.arrestid is null then 'missing_key' end,
            {{ time_reason('arrests.arrestdate') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'arrests') }} as arrests
    left join versions
        on {{ same_row('arrests', 'versions') }}
)

select
    'riverbend' as city,
    contact_id,
    'arrest' as contact_kind,
    contact_at_utc,
    {{ utc_to_local('contact_at_utc', 'America/Chicago') }} as contact_at_local,
    is_ambiguous_time,
    initiation,
    initiation_basis,
    call_id,
    reason,
    'Arrest' as outcome,
    true as arrest_made,
    cast(null as boolean) as search_conducted,
    cast(null as boolean) as frisk_performed,
    cast(null as boolean) as contraband_found,
    subject_race,
    subject_sex,
    subject_age_group,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'arrests' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
