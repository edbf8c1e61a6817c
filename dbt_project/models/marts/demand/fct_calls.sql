{% set carried = ['source_dataset', 'is_ambiguous_time', 'initiation', 'initiation_basis', 'disposition', 'disposition_meaning', 'load_id'] %}
{# What an event of several records takes from the earliest of them. #}
{% set told_by_the_earliest = [
    'call_at_utc', 'call_at_local', 'call_time_basis', 'received_at_utc', 'channel', 'priority', 'priority_level',
    'initial_type', 'final_type', 'call_type_group', 'final_type_group', 'mapping_status', 'mapping_confidence',
    'topic_category', 'topic_group', 'initial_topic_category', 'initial_topic_group', 'answer_axis', 'eligible_low',
    'eligible_high', 'disqualifiers', 'langton_label', 'vera_own_reading', 'lum_own_reading', 'ah_datalytics_own_reading',
    'published_zone_id', 'native_zone', 'longitude', 'latitude', 'location_status'
] %}
{# What it has of all of them. #}
{% set of_all_records = [
    'answered_by', 'is_cancelled', 'is_sent', 'unit_count', 'timed_unit_count', 'unit_minutes', 'officer_minutes',
    'call_minutes', 'first_arrived_at_utc', 'closed_at_utc', 'is_hour_unclear', 'is_arrival_its_own', 'is_clearance_its_own'
] %}
{% set columns = [
    'source_dataset', 'call_at_utc', 'call_at_local', 'call_time_basis', 'is_ambiguous_time', 'initiation', 'initiation_basis', 'channel',
    'priority', 'priority_level', 'initial_type', 'final_type', 'call_type_group', 'final_type_group',
    'mapping_status', 'mapping_confidence', 'topic_category', 'topic_group', 'initial_topic_category',
    'initial_topic_group', 'answer_axis', 'eligible_low', 'eligible_high', 'disqualifiers', 'langton_label',
    'vera_own_reading', 'lum_own_reading', 'ah_datalytics_own_reading', 'disposition', 'disposition_meaning', 'answered_by'
] %}

with calls_with_their_units as (
    select
        calls.*,
        units.unit_count,
        units.timed_unit_count,
        units.unit_minutes,
        units.officer_minutes,
        coalesce(calls.dispatched_at_utc, calls.arrived_at_utc) is not null or units.call_id is not null as is_sent,
        coalesce(calls.is_ambiguous_time, false) or coalesce(units.is_ambiguous_time, false) as is_hour_unclear,
        -- Which pass of the hour is meant was told from the times of one row: not between a call and its units.
        units.first_arrived_at_utc is null as is_arrival_its_own,
        calls.cleared_at_utc is not null as is_clearance_its_own,
        coalesce(calls.cleared_at_utc, units.last_cleared_at_utc) as closed_at_utc,
        -- Where a publisher gives no units' times, the call's own stand for one unit from dispatch to clearance.
        {{ minutes_between('coalesce(calls.dispatched_at_utc, calls.arrived_at_utc)', 'calls.cleared_at_utc') }}
            as call_minutes,
        coalesce(units.first_arrived_at_utc, calls.arrived_at_utc) as first_arrived_at_utc
    from {{ ref('int_calls__classified') }} as calls
    left join {{ ref('int_calls__unit_times') }} as units
        on calls.city = units.city and calls.call_id = units.call_id
),

months_that_tell_of_dispatches as (
    -- A month in which a data set knows of no unit and no dispatch does not say whether one was sent.
    select
        city,
        source_dataset,
        cast(date_trunc('month', call_at_local) as date) as month
    from calls_with_their_units
    where dispatched_at_utc is not null or unit_count > 0
    group by city, source_dataset, cast(date_trunc('month', call_at_local) as date)
),

merged as (
    select
        calls.city,
        calls.call_id,
        {% for column in carried -%}
        calls.{{ column }},
        {% endfor -%}
        {% for column in told_by_the_earliest -%}
        case when events.is_event then events.{{ column }} else calls.{{ column }} end as {{ column }},
        {% endfor -%}
        -- The units of a repeat are its event's, and count there.
        {% for column in of_all_records -%}
        case
            when events.is_event then events.{{ column }}
            when events.event_id is null then calls.{{ column }}
        end as {{ column }},
        {% endfor -%}
        calls.population_before_inference,
        coalesce(events.is_event, events.call_id is null) as is_event,
        coalesce(events.event_id, calls.parent_call_id) as event_id,
        case when events.is_event then events.records else 1 end as callers,
        months.month is not null as is_dispatch_published
    from calls_with_their_units as calls
    left join {{ ref('int_calls__events') }} as events
        on calls.city = events.city and calls.call_id = events.call_id
    left join months_that_tell_of_dispatches as months
        on
            calls.city = months.city
            and calls.source_dataset is not distinct from months.source_dataset
            and cast(date_trunc('month', calls.call_at_local) as date) = months.month
),

classified as (
    select
        *,
        case
            when population_before_inference in ('test', 'administrative') then population_before_inference
            when population_before_inference = 'duplicate_explicit' and (not is_event or event_id is null)
                then 'duplicate_explicit'
            when not is_event then 'duplicate_inferred'
            when population_before_inference = 'officer_initiated' or initiation = 'officer' then 'officer_initiated'
            when is_cancelled and not is_sent then 'cancelled_before_dispatch'
            else 'demand'
        end as population
    from merged
),

with_response_time as (
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
    from classified
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
