{# Stored: few calls share their event with another, and they are read more than once. #}
{{ config(materialized='table') }}

{% set told_by_the_earliest = told_by_the_earliest_record() %}

with records as (
    select
        members.event_key,
        calls.city,
        calls.call_id,
        calls.arrived_at_utc,
        calls.is_cancelled,
        calls.answered_by,
        {% for column in told_by_the_earliest -%}
        calls.{{ column }},
        {% endfor -%}
        coalesce(calls.disposition_meaning = 'duplicate', false) as is_marked_duplicate,
        coalesce(calls.dispatched_at_utc, calls.arrived_at_utc) is not null or units.call_id is not null as is_sent,
        coalesce(calls.cleared_at_utc, units.last_cleared_at_utc) as closed_at_utc,
        coalesce(calls.is_ambiguous_time, false) or coalesce(units.is_ambiguous_time, false) as is_hour_unclear,
        units.unit_count,
        units.timed_unit_count,
        units.first_arrived_at_utc,
        units.unit_minutes,
        units.officer_minutes,
        {{ minutes_between('coalesce(calls.dispatched_at_utc, calls.arrived_at_utc)', 'calls.cleared_at_utc') }}
            as call_minutes,
        case
            when coalesce(calls.population_before_inference, '') <> 'duplicate_explicit' then 1
            -- What it repeats is not in the export: nobody else can stand for the event.
            when parents.call_id is null then 2
            else 3
        end as place_in_lineage
    from {{ ref('int_calls__event_members') }} as members
    inner join {{ ref('int_calls__classified') }} as calls
        on members.city = calls.city and members.call_id = calls.call_id
    left join {{ ref('int_calls__unit_times') }} as units
        on members.city = units.city and members.call_id = units.call_id
    left join {{ ref('int_calls__classified') }} as parents
        on
            calls.city = parents.city
            and calls.parent_call_id = parents.call_id
            and coalesce(parents.population_before_inference, '') not in ('test', 'administrative')
    -- What is no call is no event either: who repeats it repeats nothing that is counted.
    where coalesce(calls.population_before_inference, '') not in ('test', 'administrative')
),

ordered as (
    select
        *,
        row_number() over (partition by city, event_key order by call_at_utc, call_id) as place_in_time,
        row_number() over (
            partition by city, event_key order by is_marked_duplicate, place_in_lineage, call_at_utc, call_id
        ) as place_in_event
    from records
),

events as (
    select
        city,
        event_key,
        min(case when place_in_event = 1 and not is_marked_duplicate then call_id end) as event_id,
        count(*) as records,
        -- A record that says it is a repeat has no say in how the event ended.
        coalesce(bool_and(is_cancelled) filter (where not is_marked_duplicate), false) and not bool_or(is_sent)
            as is_cancelled,
        case
            when bool_and(answered_by is not null) filter (where not is_marked_duplicate and not is_cancelled)
                then min_by(answered_by, place_in_time) filter (where answered_by is not null)
        end as answered_by,
        bool_or(is_sent) as is_sent,
        bool_or(is_hour_unclear) as is_hour_unclear,
        -- Which pass of the hour is meant was told from the times of one row: not between several records.
        false as is_arrival_its_own,
        false as is_clearance_its_own,
        min(coalesce(first_arrived_at_utc, arrived_at_utc)) as first_arrived_at_utc,
        max(closed_at_utc) as closed_at_utc,
        sum(unit_count) as unit_count,
        sum(timed_unit_count) as timed_unit_count,
        sum(unit_minutes) as unit_minutes,
        sum(officer_minutes) as officer_minutes,
        -- The longest of them: one unit may stand on each record.
        max(call_minutes) filter (where call_minutes between 0 and {{ var('maximum_service_hours') }} * 60)
            as call_minutes
    from ordered
    group by city, event_key
)

select
    ordered.city,
    ordered.call_id,
    events.event_id,
    coalesce(ordered.call_id = events.event_id, false) as is_event,
    events.records,
    events.is_cancelled,
    events.answered_by,
    events.is_sent,
    events.is_hour_unclear,
    events.is_arrival_its_own,
    events.is_clearance_its_own,
    events.first_arrived_at_utc,
    events.closed_at_utc,
    events.unit_count,
    events.timed_unit_count,
    events.unit_minutes,
    events.officer_minutes,
    events.call_minutes,
    {% for column in told_by_the_earliest -%}
    earliest.{{ column }}{% if not loop.last %},{% endif %}
    {% endfor %}
from ordered
inner join events
    on ordered.city = events.city and ordered.event_key = events.event_key
inner join ordered as earliest
    on ordered.city = earliest.city and ordered.event_key = earliest.event_key and earliest.place_in_time = 1
