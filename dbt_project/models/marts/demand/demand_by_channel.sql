with contacts as (
    select
        city,
        coalesce(zone_id, '(unmatched)') as zone_id,
        month,
        case
            when population = 'officer_initiated' then 'officer_initiated'
            when {{ is_initiation_known('initiation') }} then 'police_call'
            else 'police_record_unknown_initiation'
        end as channel,
        count(*) as contacts,
        0 as also_called,
        sum(officer_minutes) / 60.0 as officer_hours
    from {{ ref('fct_calls') }}
    where population in ('demand', 'officer_initiated')
    group by all
    union all
    select
        city,
        coalesce(zone_id, '(unmatched)') as zone_id,
        month,
        channel,
        count(*) as contacts,
        count(also_called_call_id) as also_called,
        cast(null as double) as officer_hours
    from {{ ref('fct_requests') }}
    group by all
)

select
    city,
    zone_id,
    month,
    channel,
    case
        when channel <> 'police_record_unknown_initiation' then channel <> 'officer_initiated'
    end as is_community_demand,
    cast(contacts as bigint) as contacts,
    cast(also_called as bigint) as also_called,
    cast(contacts - also_called as bigint) as distinct_needs,
    cast(officer_hours as double) as officer_hours
from contacts
