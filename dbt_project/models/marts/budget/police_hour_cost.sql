{% set available %}
({{ var('paid_hours_per_year') }} - {{ var('leave_hours_per_year') }} - {{ var('sick_hours_per_year') }}
    - {{ var('training_hours_per_year') }} - {{ var('court_hours_per_year') }})
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

worked_years as (
    select
        city,
        cast(extract(year from period_end) as integer) as work_year
    from {{ ref('reference_periods') }}
    where measure = 'calls'
),

nearest_budgets as (
    -- Calls are counted over a year; the fiscal year it ends in, or else the nearest published one, pays for it.
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
)

select
    city,
    phase,
    fiscal_year,
    work_year,
    cast(budget as double) as budget,
    cast(sworn_fte as double) as sworn_fte,
    cast(budget / nullif(sworn_fte * {{ var('paid_hours_per_year') }}, 0) as double) as cost_per_paid_hour,
    cast(budget / nullif(sworn_fte * {{ available }}, 0) as double) as cost_per_available_hour
from nearest_budgets
where nearness = 1
