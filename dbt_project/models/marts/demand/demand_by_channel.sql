with contacts as (
    select
        city,
        coalesce(zone_id, '(unmatched)') as zone_id,
        month,
        cast(call_at_local as date) as day,
        'calls' as measure,
        'calls' as part,
        case
            when population = 'officer_initiated' then 'officer_initiated'
            when {{ is_initiation_known('initiation') }} then 'police_call'
            else 'police_record_unknown_initiation'
        end as channel,
        cast(null as varchar) as also_called_call_id,
        officer_minutes
    from {{ ref('fct_calls') }}
    where population in ('demand', 'officer_initiated')
    union all
    select
        requests.city,
        coalesce(requests.zone_id, '(unmatched)') as zone_id,
        requests.month,
        cast(requests.requested_at_local as date) as day,
        'requests' as measure,
        requests.channel as part,
        requests.channel,
        -- A call that never became demand does not count the need, so the request does.
        calls.call_id as also_called_call_id,
        cast(null as double) as officer_minutes
    from {{ ref('fct_requests') }} as requests
    left join {{ ref('fct_calls') }} as calls
        on
            requests.city = calls.city
            and requests.also_called_call_id = calls.call_id
            and calls.population = 'demand'
),

counted as (
    select
        contacts.city,
        contacts.zone_id,
        contacts.month,
        contacts.measure,
        contacts.part,
        contacts.channel,
        count(days.day) as contacts,
        count(case when days.day is not null then contacts.also_called_call_id end) as also_called,
        sum(case when days.day is not null then contacts.officer_minutes end) / 60.0 as officer_hours,
        count(*) - count(days.day) as records_of_uncovered_days
    from contacts
    left join {{ ref('int_parts__covered_days') }} as days
        on
            contacts.city = days.city
            and contacts.measure = days.measure
            and contacts.part = days.part
            and contacts.day = days.day
    group by
        contacts.city, contacts.zone_id, contacts.month, contacts.measure, contacts.part, contacts.channel
),

covered_months as (
    select
        city,
        measure,
        part,
        cast(date_trunc('month', day) as date) as month,
        count(*) as covered_days
    from {{ ref('int_parts__covered_days') }}
    group by city, measure, part, cast(date_trunc('month', day) as date)
),

with_days as (
    select
        counted.*,
        {{ days_of_month('counted.month') }} as days,
        coalesce(covered_months.covered_days, 0) as covered_days
    from counted
    left join covered_months
        on
            counted.city = covered_months.city
            and counted.measure = covered_months.measure
            and counted.part = covered_months.part
            and counted.month = covered_months.month
)

select
    city,
    zone_id,
    month,
    channel,
    case
        when channel <> 'police_record_unknown_initiation' then channel <> 'officer_initiated'
    end as is_community_demand,
    cast(days as integer) as days,
    cast(covered_days as integer) as covered_days,
    {{ period_status('days', 'covered_days') }} as status,
    cast(case when covered_days > 0 then contacts end as bigint) as contacts,
    cast(case when covered_days > 0 then also_called end as bigint) as also_called,
    cast(case when covered_days > 0 then contacts - also_called end as bigint) as distinct_needs,
    cast(records_of_uncovered_days as bigint) as records_of_uncovered_days,
    cast(officer_hours as double) as officer_hours
from with_days
