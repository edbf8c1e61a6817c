{% set time_zone = 'America/Los_Angeles' %}

with repeats as (
    -- The export has no event number, so two identical rows may be two calls: 731 of the 782 second ones stand on 11
    -- and 12 July and were probably loaded twice, but nothing proves it. They stay (repeats: keep in the city file).
    {{ rank_repeats(source('seattle', 'incident_responses_2015')) }}
),

typed as (
    select
        'R2015-' || {{ row_number_as_key('responses') }} as call_id,
        -- Two-digit years and unpadded parts; local, as the empty hour of 8 March shows.
        {{ published_time_utc('responses.at_scene_time', time_zone) }} as at_scene_at_utc,
        responses.initial_type_description as initial_type,
        coalesce(
            responses.initial_type_description like '%OFFICER INITIATED%'
            or responses.initial_type_description like '%ONVIEW%',
            false
        ) as is_officer_initiated,
        -- The initial group and subgroup stand under each other's name: their pairs are those of the
        -- clearance, reversed.
        responses.initial_type_subgroup as initial_type_group,
        responses.initial_type_group as initial_type_subgroup,
        -- From 10 November the publisher writes ALARMS as ALACAD; kept, counts must meet the published ones.
        responses.event_clearance_description as final_type,
        responses.event_clearance_group as type_group,
        responses.event_clearance_subgroup as type_subgroup,
        responses.event_clearance_code as type_code,
        responses.hundred_block_location as block_address,
        try_cast(responses.longitude as double) as published_longitude,
        try_cast(responses.latitude as double) as published_latitude,
        {{ location_status('responses.longitude', 'responses.latitude') }} as location_status,
        {{ is_ambiguous_time('responses.at_scene_time', time_zone) }} as is_ambiguous_time,
        responses._load_id as load_id,
        responses._file as source_file,
        responses._line as source_line,
        {{ time_reason('responses.at_scene_time') }} as quarantine_reason,
        {{ repeat_reason('repeats') }} as exclusion_reason,
        {{ kept_repeat('repeats') }} as kept_reason,
        coalesce(repeats.place_in_load, 1) as occurrence_number
    from {{ source('seattle', 'incident_responses_2015') }} as responses
    left join repeats
        on {{ same_row('responses', 'repeats') }}
)

select
    'seattle' as city,
    call_id,
    at_scene_at_utc as call_at_utc,
    {{ utc_to_local('at_scene_at_utc', time_zone) }} as call_at_local,
    'arrived' as call_time_basis,
    is_ambiguous_time,
    cast(null as timestamp) as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    at_scene_at_utc as arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
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
    cast(null as varchar) as native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'incident_responses_2015' as source_dataset,
    load_id,
    source_file,
    source_line,
    type_subgroup,
    type_code,
    initial_type_group,
    initial_type_subgroup,
    occurrence_number,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason, kept_reason) as row_reason
from typed
