{% set carried = [
    'source_dataset', 'is_ambiguous_time', 'initiation', 'initiation_basis', 'disposition', 'disposition_meaning', 'load_id'
] %}
{# What an event of several records takes from the earliest of them. #}
{% set told_by_the_earliest = told_by_the_earliest_record() %}
{# What it has of all of them. #}
{% set of_all_records = [
    'answered_by', 'is_cancelled', 'is_sent', 'unit_count', 'timed_unit_count', 'unit_minutes', 'officer_minutes',
    'call_minutes', 'first_arrived_at_utc', 'closed_at_utc', 'is_hour_unclear', 'is_arrival_its_own',
    'is_clearance_its_own'
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
)

select
    city,
    call_id,
    {% for column in carried + told_by_the_earliest + of_all_records -%}
    {{ column }},
    {% endfor -%}
    event_id,
    is_event,
    callers,
    is_dispatch_published,
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
