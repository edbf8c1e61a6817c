{% set of_the_budget %}
city, fiscal_year, phase, budget, work_year, cost_per_paid_hour, cost_per_available_hour, all_hours, period_status
{%- endset %}

with work as (
    -- A budget pays for a year: calls and hours of fewer or more covered days stand for those of one.
    select
        types.city,
        types.call_type_group,
        types.share_time,
        types.time_status,
        types.time_coverage,
        types.headline_status,
        periods.status as period_status,
        -- Untimed calls cost as well.
        {% for counted, column in {'calls': 'calls', 'hours': 'hours_scaled'}.items() -%}
        types.{{ column }} * case periods.kind when 'none' then 365.25 / types.covered_days else 1 end as {{ counted }},
        {% endfor -%}
        sum(types.hours_scaled) over (partition by types.city)
        * case periods.kind when 'none' then 365.25 / types.covered_days else 1 end as all_hours
    from {{ ref('calls_by_type') }} as types
    inner join {{ ref('reference_periods') }} as periods
        on types.city = periods.city and periods.measure = 'calls'
    where types.denominator = 'community_and_officer' and types.final_type = '(all)'
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
        work.headline_status,
        work.period_status
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
        cast(null as double) as calls,
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
            when period_status = 'insufficient_data'
                then 'fewer than {{ var("minimum_covered_days") }} covered days say nothing of a year'
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
    case when period_status <> 'insufficient_data' then cast(calls as double) end as calls_per_year,
    case when period_status <> 'insufficient_data' then cast(hours as double) end as hours_per_year,
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
        else period_status
    end as status,
    coalesce(
        refused_because,
        doubted_because,
        case when period_status = 'partial_period' then 'no whole year of calls is covered' end
    ) as reason
from judged
