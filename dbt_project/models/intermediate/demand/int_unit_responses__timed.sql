with intervals as (
    select
        city,
        call_id,
        unit_response_id,
        unit_id,
        source_dataset,
        load_id,
        crew_size,
        dispatched_at_utc,
        arrived_at_utc,
        cleared_at_utc,
        coalesce(is_ambiguous_time, false) as is_ambiguous_time,
        {{ minutes_between('dispatched_at_utc', 'arrived_at_utc') }} as travel,
        {{ minutes_between('arrived_at_utc', 'cleared_at_utc') }} as on_scene,
        {{ minutes_between('dispatched_at_utc', 'cleared_at_utc') }} as service
    from {{ ref('unit_responses') }}
),

judged as (
    select
        *,
        case
            when arrived_at_utc is null then 'no_arrival'
            when travel < 0 then 'negative_travel'
            when dispatched_at_utc is null then 'missing_time'
            -- An hour or more across the hour that comes twice may be an hour less or more.
            when is_ambiguous_time and travel >= 60 then 'ambiguous_time'
            else 'ok'
        end as travel_status,
        case
            when arrived_at_utc is null then 'no_arrival'
            -- An arrival stamped before the dispatch is wrong, and with it the time on scene.
            when travel < 0 then 'negative_travel'
            when cleared_at_utc is null then 'missing_time'
            when on_scene < 0 then 'negative'
            when is_ambiguous_time and on_scene >= 60 then 'ambiguous_time'
            when on_scene > {{ var('maximum_service_hours') }} * 60 then 'implausible_long'
            else 'ok'
        end as on_scene_status,
        case
            when dispatched_at_utc is null or cleared_at_utc is null then 'missing_time'
            when service < 0 then 'negative'
            when is_ambiguous_time and service >= 60 then 'ambiguous_time'
            when service > {{ var('maximum_service_hours') }} * 60 then 'implausible_long'
            else 'ok'
        end as service_status
    from intervals
)

select
    city,
    call_id,
    unit_response_id,
    unit_id,
    source_dataset,
    load_id,
    coalesce(crew_size, 1) as crew_size,
    crew_size is null as crew_size_assumed,
    dispatched_at_utc,
    cleared_at_utc,
    is_ambiguous_time,
    case when travel_status in ('ok', 'ambiguous_time') then arrived_at_utc end as valid_arrival_at_utc,
    case when travel_status = 'ok' then travel end as travel_minutes,
    travel_status,
    case when on_scene_status = 'ok' then on_scene end as on_scene_minutes,
    on_scene_status,
    case when service_status = 'ok' then service end as service_minutes,
    service_status
from judged
