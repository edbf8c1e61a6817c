{% set available %}
({{ var('paid_hours_per_year') }} - {{ var('leave_hours_per_year') }} - {{ var('sick_hours_per_year') }}
    - {{ var('training_hours_per_year') }} - {{ var('court_hours_per_year') }})
{%- endset %}
{% set of_the_budget %}
city, fiscal_year, phase, budget, work_year, cost_per_paid_hour, cost_per_available_hour, all_hours
{%- endset %}

with police_budgets as (
    select
        city,
        fiscal_year,
        phase,
        sum(amount) as budget,
        sum(sworn_fte) as sworn_fte
    from {{ ref('budget_by_function') }}
    where is_police
    group by city, fiscal_year, phase
),

work as (
    select
        *,
        sum(hours) over (partition by city) as all_hours
    from {{ ref('calls_by_type') }}
    where denominator = 'community_and_officer' and final_type = '(all)'
),

worked_years as (
    select
        city,
        extract(year from max(period_end)) as work_year
    from work
    group by city
),

nearest_budgets as (
    -- Calls are counted over one year; the fiscal year that ends in it, or else the nearest published one, pays for it.
    select
        police_budgets.*,
        worked_years.work_year,
        row_number() over (
            partition by police_budgets.city, police_budgets.phase
            order by abs(police_budgets.fiscal_year - worked_years.work_year), police_budgets.fiscal_year desc
        ) as nearness
    from police_budgets
    inner join worked_years
        on police_budgets.city = worked_years.city
),

budgets as (
    select
        *,
        budget / nullif(sworn_fte * {{ var('paid_hours_per_year') }}, 0) as cost_per_paid_hour,
        budget / nullif(sworn_fte * {{ available }}, 0) as cost_per_available_hour
    from nearest_budgets
    where nearness = 1
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
        work.time_status
    from budgets
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
        'activity' as allocation,
        cost_per_paid_hour * hours as cost
    from categories
    union all
    select distinct
        {{ of_the_budget }},
        '(unallocated)' as call_type_group,
        cast(null as bigint) as calls,
        cast(null as double) as hours,
        time_status,
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
        end as refused_because,
        case
            when fiscal_year <> work_year then 'the calls are of another year than the budget'
            when allocation = 'activity' and cost_per_paid_hour * all_hours > budget
                then 'more hours on calls than positions are paid for'
            when time_status <> 'ok' then 'much of the time on calls is unknown'
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
