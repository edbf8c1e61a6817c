{% set columns = [
    'source_dataset', 'call_at_utc', 'call_at_local', 'call_time_basis', 'is_ambiguous_time', 'initiation',
    'initiation_basis', 'channel',
    'priority', 'priority_level', 'initial_type', 'final_type', 'call_type_group', 'final_type_group',
    'mapping_status', 'mapping_confidence', 'topic_category', 'topic_group', 'initial_topic_category',
    'initial_topic_group', 'answer_axis', 'eligible_low', 'eligible_high', 'disqualifiers', 'langton_label',
    'vera_own_reading', 'lum_own_reading', 'ah_datalytics_own_reading', 'disposition', 'disposition_meaning', 'answered_by'
] %}

with with_response_time as (
    select
        *,
        {{ minutes_between('received_at_utc', 'first_arrived_at_utc') }} as response,
        {{ minutes_between('received_at_utc', 'closed_at_utc') }} as until_closed,
        case when not is_event then event_id end as duplicate_of_call_id,
        case
            when officer_minutes is not null then 'units'
            when is_hour_unclear and call_minutes >= 60 then 'none'
            when call_minutes between 0 and {{ var('maximum_service_hours') }} * 60 then 'call'
            else 'none'
        end as time_basis,
        case
            when population = 'officer_initiated' or is_sent is null then 'not_applicable'
            when received_at_utc is null then 'no_received_time'
            when first_arrived_at_utc is null then 'no_arrival'
            when
                is_hour_unclear
                and (not is_arrival_its_own or {{ minutes_between('received_at_utc', 'first_arrived_at_utc') }} >= 60)
                then 'ambiguous_time'
            when first_arrived_at_utc < received_at_utc then 'negative'
            else 'ok'
        end as response_status
    from {{ ref('int_calls__merged') }}
)

select
    calls.city,
    calls.call_id,
    cast(date_trunc('month', calls.call_at_local) as date) as month,
    {% for column in columns -%}
    calls.{{ column }},
    {% endfor -%}
    calls.population,
    calls.duplicate_of_call_id,
    cast(calls.callers as integer) as callers,
    case
        when calls.is_sent then 'sent'
        when not calls.is_sent and calls.is_dispatch_published then 'nobody_sent'
        when not calls.is_sent then 'unknown'
    end as sent_status,
    cast(coalesce(calls.unit_count, 0) as integer) as unit_count,
    cast(coalesce(calls.timed_unit_count, 0) as integer) as timed_unit_count,
    cast(calls.unit_minutes as double) as unit_minutes,
    cast(calls.officer_minutes as double) as officer_minutes,
    calls.time_basis,
    cast(coalesce(calls.officer_minutes, case calls.time_basis when 'call' then calls.call_minutes end) as double)
        as officer_minutes_low,
    cast(
        case
            when calls.time_basis = 'units'
                then calls.officer_minutes * cast(calls.unit_count as double) / calls.timed_unit_count
            when calls.time_basis = 'call' and calls.unit_count > 0 then calls.call_minutes * calls.unit_count
        end as double
    ) as officer_minutes_high,
    cast(case when calls.response_status = 'ok' then calls.response end as double) as response_minutes,
    calls.response_status,
    cast(
        case
            when
                calls.response_status = 'no_arrival'
                and not (calls.is_hour_unclear and (not calls.is_clearance_its_own or calls.until_closed >= 60))
                and calls.until_closed between 0 and {{ var('maximum_service_hours') }} * 60
                then calls.until_closed
        end as double
    ) as unanswered_minutes,
    coalesce(places.zone_id, zones.zone_id) as zone_id,
    places.beat_id,
    calls.native_zone as published_beat,
    calls.location_status,
    calls.load_id
from with_response_time as calls
left join {{ ref('int_places__zoned') }} as places
    on calls.city = places.city and calls.longitude = places.longitude and calls.latitude = places.latitude
left join {{ ref('dim_zone') }} as zones
    on calls.city = zones.city and calls.published_zone_id = zones.zone_id and zones.is_primary
