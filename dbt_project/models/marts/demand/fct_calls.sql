with calls_with_their_units as (
    select
        calls.city,
        calls.call_id,
        calls.source_dataset,
        calls.call_at_utc,
        calls.call_at_local,
        calls.call_time_basis,
        calls.initiation,
        calls.initiation_basis,
        calls.channel,
        calls.priority,
        calls.priority_level,
        calls.initial_type,
        calls.final_type,
        calls.call_type_group,
        calls.final_type_group,
        calls.mapping_status,
        calls.mapping_confidence,
        calls.topic_category,
        calls.topic_group,
        calls.initial_topic_category,
        calls.initial_topic_group,
        calls.answer_axis,
        calls.eligible_low,
        calls.eligible_high,
        calls.disqualifiers,
        calls.langton_label,
        calls.vera_label,
        calls.lum_label,
        calls.ah_datalytics_label,
        calls.disposition,
        calls.disposition_meaning,
        coalesce(
            calls.population_before_inference,
            case when repeats.call_id is not null then 'duplicate_inferred' end,
            case when calls.is_cancelled and units.call_id is null then 'cancelled_before_dispatch' end,
            'demand'
        ) as population,
        coalesce(repeats.first_call_id, calls.parent_call_id) as duplicate_of_call_id,
        coalesce(units.unit_count, 0) as unit_count,
        coalesce(units.timed_unit_count, 0) as timed_unit_count,
        units.officer_minutes,
        calls.received_at_utc,
        coalesce(units.first_arrived_at_utc, calls.arrived_at_utc) as first_arrived_at_utc,
        calls.native_zone,
        calls.longitude,
        calls.latitude,
        calls.location_status,
        calls.load_id
    from {{ ref('int_calls__classified') }} as calls
    left join {{ ref('int_calls__repeats') }} as repeats
        on calls.city = repeats.city and calls.call_id = repeats.call_id
    left join {{ ref('int_calls__unit_times') }} as units
        on calls.city = units.city and calls.call_id = units.call_id
),

with_response_time as (
    select
        *,
        {{ minutes_between('received_at_utc', 'first_arrived_at_utc') }} as response,
        case
            when population = 'officer_initiated' then 'not_applicable'
            when received_at_utc is null then 'no_received_time'
            when first_arrived_at_utc is null then 'no_arrival'
            when first_arrived_at_utc < received_at_utc then 'negative'
            else 'ok'
        end as response_status
    from calls_with_their_units
)

select
    calls.city,
    calls.call_id,
    calls.source_dataset,
    calls.call_at_utc,
    calls.call_at_local,
    calls.call_time_basis,
    cast(date_trunc('month', calls.call_at_local) as date) as month,
    calls.initiation,
    calls.initiation_basis,
    calls.channel,
    calls.priority,
    calls.priority_level,
    calls.initial_type,
    calls.final_type,
    calls.call_type_group,
    calls.final_type_group,
    calls.mapping_status,
    calls.mapping_confidence,
    calls.topic_category,
    calls.topic_group,
    calls.initial_topic_category,
    calls.initial_topic_group,
    calls.answer_axis,
    calls.eligible_low,
    calls.eligible_high,
    calls.disqualifiers,
    calls.langton_label,
    calls.vera_label,
    calls.lum_label,
    calls.ah_datalytics_label,
    calls.disposition,
    calls.disposition_meaning,
    calls.population,
    calls.duplicate_of_call_id,
    cast(calls.unit_count as integer) as unit_count,
    cast(calls.timed_unit_count as integer) as timed_unit_count,
    cast(calls.officer_minutes as double) as officer_minutes,
    cast(case when calls.response_status = 'ok' then calls.response end as double) as response_minutes,
    calls.response_status,
    places.zone_id,
    places.beat_id,
    calls.native_zone as published_beat,
    calls.location_status,
    calls.load_id
from with_response_time as calls
left join {{ ref('int_places__zoned') }} as places
    on calls.city = places.city and calls.longitude = places.longitude and calls.latitude = places.latitude
