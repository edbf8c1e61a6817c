{% set time_zone = 'America/Los_Angeles' %}
{% set at_scene = published_clock_time('at_scene_time') %}
{% set cleared = published_clock_time('event_clearance_date') %}
{% set readable = 'coalesce(' ~ at_scene ~ ', ' ~ cleared ~ ') is not null' %}
{% set newest = 'try_cast(cad_cdw_id as bigint)' %}

with versions as (
    -- The warehouse id of the portal grows with every loading of an event.
    {{ rank_versions(source('seattle', 'incident_responses_2016'), ['cad_event_number'], newest, readable) }}
),

typed as (
    select
        -- The century is missing: 16000123456 is 2016000123456 in the call data.
        case
            when length(responses.cad_event_number) = 11 then '20' || responses.cad_event_number
            else responses.cad_event_number
        end as call_id,
        responses.general_offense_number,
        {{ published_time_utc('responses.at_scene_time', time_zone) }} as at_scene_at_utc,
        {{ published_time_utc('responses.event_clearance_date', time_zone) }} as cleared_at_utc,
        responses.initial_type_description as initial_type,
        coalesce(
            responses.initial_type_description like '%OFFICER INITIATED%'
            or responses.initial_type_description like '%ONVIEW%',
            false
        ) as is_officer_initiated,
        -- As in 2015, the initial group and subgroup stand under each other's name.
        responses.initial_type_subgroup as initial_type_group,
        responses.initial_type_group as initial_type_subgroup,
        responses.event_clearance_description as final_type,
        responses.event_clearance_group as type_group,
        responses.event_clearance_subgroup as type_subgroup,
        responses.event_clearance_code as type_code,
        responses.hundred_block_location as block_address,
        responses.zone_beat as native_zone,
        -- Tract and block in one number, without leading zeros: 9100.1019 is block 1019 of tract 009100.
        '53033' || lpad(split_part(responses.census_tract, '.', 1), 6, '0') as published_tract_id,
        try_cast(responses.longitude as double) as published_longitude,
        try_cast(responses.latitude as double) as published_latitude,
        {{ location_status('responses.longitude', 'responses.latitude') }} as location_status,
        {{ time_reason(['responses.at_scene_time', 'responses.event_clearance_date']) }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time(
            ['responses.at_scene_time', 'responses.event_clearance_date'], time_zone
        ) }} as is_ambiguous_time,
        responses._load_id as load_id,
        responses._file as source_file,
        responses._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'incident_responses_2016') }} as responses
    left join versions
        on {{ same_row('responses', 'versions') }}
),

timed as (
    select
        *,
        coalesce(
            case when call_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'seattle' as city,
    call_id,
    coalesce(at_scene_at_utc, cleared_at_utc) as call_at_utc,
    {{ utc_to_local('coalesce(at_scene_at_utc, cleared_at_utc)', time_zone) }} as call_at_local,
    -- Only 271 of 706 rows have a time at the scene.
    case when at_scene_at_utc is not null then 'arrived' else 'cleared' end as call_time_basis,
    is_ambiguous_time,
    cast(null as timestamp) as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    at_scene_at_utc as arrived_at_utc,
    cleared_at_utc,
    case when is_officer_initiated then 'officer' else 'unknown' end as initiation,
    case when is_officer_initiated then 'type' else 'none' end as initiation_basis,
    cast(null as varchar) as channel,
    cast(null as varchar) as priority,
    initial_type,
    final_type,
    type_group,
    cast(null as varchar) as disposition,
    cast(null as varchar) as parent_call_id,
    block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'incident_responses_2016' as source_dataset,
    load_id,
    source_file,
    source_line,
    general_offense_number,
    type_subgroup,
    type_code,
    initial_type_group,
    initial_type_subgroup,
    published_tract_id,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed
