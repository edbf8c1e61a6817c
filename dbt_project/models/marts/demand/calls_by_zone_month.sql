with calls_by_zoning as (
    select
        calls.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(calls.zone_id, '(unmatched)') as zone_id,
        calls.month,
        calls.population,
        calls.response_minutes,
        calls.officer_minutes
    from {{ ref('fct_calls') }} as calls
    left join {{ ref('int_primary_zonings') }} as zonings
        on calls.city = zonings.city
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        month,
        population,
        response_minutes,
        officer_minutes
    from {{ ref('fct_calls') }}
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
)

select
    city,
    zone_kind,
    zone_id,
    month,
    count(*) as records,
    count(*) filter (where population = 'demand') as demand_calls,
    count(*) filter (where population = 'officer_initiated') as officer_initiated_calls,
    count(*) filter (where population in ('duplicate_explicit', 'duplicate_inferred')) as duplicate_calls,
    count(*) filter (where population = 'cancelled_before_dispatch') as cancelled_calls,
    count(*) filter (where population = 'administrative') as administrative_calls,
    count(*) filter (where population = 'test') as test_calls,
    count(response_minutes) filter (where population = 'demand') as timed_responses,
    median(response_minutes) filter (where population = 'demand') as median_response_minutes,
    cast(sum(officer_minutes) filter (where population = 'demand') / 60.0 as double) as demand_officer_hours
from calls_by_zoning
group by city, zone_kind, zone_id, month
