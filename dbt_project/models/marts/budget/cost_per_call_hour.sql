{% set of_the_budget %}
city, fiscal_year, phase, budget, work_year, cost_per_paid_hour, cost_per_available_hour, all_hours
{%- endset %}

with work as (
    select
        city,
        call_type_group,
        calls,
        -- Untimed calls cost as well.
        hours_scaled as hours,
        share_time,
        time_status,
        time_coverage,
        headline_status,
        sum(hours_scaled) over (partition by city) as all_hours
    from {{ ref('calls_by_type') }}
    where denominator = 'community_and_officer' and final_type = '(all)'
),

categories as (
    select
        budgets.city,
        budgets.fiscal_year,
        budgets.phase,
        budgets.budget,
        budgets.work_year,
        budgets.cost_per_paid_hour,
        budgets.cost_per_available_hour,
        work.call_type_group,
        work.calls,
        work.hours,
        work.share_time,
        work.all_hours,
        work.time_status,
        work.time_coverage,
        work.headline_status
    from {{ ref('police_hour_cost') }} as budgets
    inner join work
        on budgets.city = work.city
),

allocated as (
    select
        {{ of_the_budget }},
        call_type_group,
        calls,
        hours,
        time_status,
        time_coverage,
        headline_status,
        'full_absorption' as allocation,
        budget * share_time as cost
    from categories
    union all
    select
        {{ of_the_budget }},
        call_type_group,
        calls,
        hours,
        time_status,
        time_coverage,
        headline_status,
        'activity' as allocation,
        cost_per_paid_hour * hours as cost
    from categories
    union all
    select distinct
        {{ of_the_budget }},
        '(unallocated)' as call_type_group,
        cast(null as bigint) as calls,
        cast(null as double) as hours,
        'ok' as time_status,
        cast(null as double) as time_coverage,
        headline_status,
        'activity' as allocation,
        budget - cost_per_paid_hour * all_hours as cost
    from categories
),

judged as (
    select
        *,
        case
            when allocation = 'activity' and cost_per_paid_hour is null then 'no sworn positions are published'
            when coalesce(all_hours, 0) = 0 then 'no time on calls is known'
            when time_status = 'insufficient_data' then 'no time on calls of this group is known'
        end as refused_because,
        case
            when fiscal_year <> work_year then 'the calls are of another year than the budget'
            when allocation = 'activity' and cost_per_paid_hour * all_hours > budget
                then 'more hours on calls than positions are paid for'
            when headline_status <> 'ok' or time_coverage < {{ var('minimum_time_coverage') }}
                then 'much of the time on calls is unknown'
        end as doubted_because
    from allocated
)

select
    city,
    fiscal_year,
    phase,
    allocation,
    call_type_group,
    calls,
    hours,
    budget,
    cost_per_paid_hour,
    cost_per_available_hour,
    case when refused_because is null then cost end as cost,
    case when refused_because is null then cost / nullif(budget, 0) end as share_of_budget,
    case when refused_because is null then cost / nullif(calls, 0) end as cost_per_call,
    case when refused_because is null then cost / nullif(hours, 0) end as cost_per_call_hour,
    case
        when refused_because is not null then 'insufficient_data'
        when doubted_because is not null then 'unreliable'
        else 'ok'
    end as status,
    coalesce(refused_because, doubted_because) as reason
from judged
