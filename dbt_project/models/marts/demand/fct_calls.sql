{% set carried = [
    'source_dataset', 'call_at_utc', 'call_at_local', 'call_time_basis', 'is_ambiguous_time', 'initiation',
    'initiation_basis', 'channel',
    'priority', 'priority_level', 'initial_type', 'final_type', 'call_type_group', 'final_type_group',
    'mapping_status', 'mapping_confidence', 'topic_category', 'topic_group', 'initial_topic_category',
    'initial_topic_group', 'answer_axis', 'eligible_low', 'eligible_high', 'disqualifiers', 'langton_label',
    'vera_label', 'lum_label', 'ah_datalytics_label', 'disposition', 'disposition_meaning'
] %}

with repeats_named as (
    select
        city,
        first_call_id as call_id
    from {{ ref('int_calls__repeats') }}
    where is_repeat
    union all
    select
        city,
        parent_call_id as call_id
    from {{ ref('calls') }}
    where parent_call_id is not null
),

callers_besides_the_first as (
    select
        city,
        call_id,
        count(*) as n
    from repeats_named
    group by city, call_id
),

calls_with_their_units as (
    select
        calls.city,
        calls.call_id,
        {% for column in carried -%}
        calls.{{ column }},
        {% endfor -%}
        coalesce(
            calls.population_before_inference,
            case when repeats.is_repeat then 'duplicate_inferred' end,
            case when calls.is_cancelled and units.call_id is null then 'cancelled_before_dispatch' end,
            'demand'
        ) as population,
        coalesce(repeats.first_call_id, calls.parent_call_id) as duplicate_of_call_id,
        1 + coalesce(others.n, 0) as callers,
        coalesce(units.unit_count, 0) as unit_count,
        coalesce(units.timed_unit_count, 0) as timed_unit_count,
        units.unit_minutes,
        units.officer_minutes,
        calls.received_at_utc,
        coalesce(calls.is_ambiguous_time, false) or coalesce(units.is_ambiguous_time, false) as is_hour_unclear,
        -- Which pass of the hour is meant was told from the times of one row: not between a call and its units.
        units.first_arrived_at_utc is null as is_arrival_its_own,
        calls.cleared_at_utc is not null as is_clearance_its_own,
        coalesce(calls.cleared_at_utc, units.last_cleared_at_utc) as closed_at_utc,
        -- Where a publisher gives no units' times, the call's own stand for one unit from dispatch to clearance.
        {{ minutes_between('coalesce(calls.dispatched_at_utc, calls.arrived_at_utc)', 'calls.cleared_at_utc') }}
            as call_minutes,
        coalesce(units.first_arrived_at_utc, calls.arrived_at_utc) as first_arrived_at_utc,
        calls.published_zone_id,
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
    left join callers_besides_the_first as others
        on calls.city = others.city and calls.call_id = others.call_id
),

with_response_time as (
    select
        *,
        {{ minutes_between('received_at_utc', 'first_arrived_at_utc') }} as response,
        {{ minutes_between('received_at_utc', 'closed_at_utc') }} as until_closed,
        case
            when officer_minutes is not null then 'units'
            when is_hour_unclear and call_minutes >= 60 then 'none'
            when call_minutes between 0 and {{ var('maximum_service_hours') }} * 60 then 'call'
            else 'none'
        end as time_basis,
        case
            when population = 'officer_initiated' then 'not_applicable'
            when received_at_utc is null then 'no_received_time'
            when first_arrived_at_utc is null then 'no_arrival'
            when
                is_hour_unclear
                and (not is_arrival_its_own or {{ minutes_between('received_at_utc', 'first_arrived_at_utc') }} >= 60)
                then 'ambiguous_time'
            when first_arrived_at_utc < received_at_utc then 'negative'
            else 'ok'
        end as response_status
    from calls_with_their_units
)

select
    calls.city,
    calls.call_id,
    cast(date_trunc('month', calls.call_at_local) as date) as month,
    {% for column in carried -%}
    calls.{{ column }},
    {% endfor -%}
    calls.population,
    calls.duplicate_of_call_id,
    cast(calls.callers as integer) as callers,
    cast(calls.unit_count as integer) as unit_count,
    cast(calls.timed_unit_count as integer) as timed_unit_count,
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
