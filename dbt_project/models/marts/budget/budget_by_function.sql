with lines as (
    select
        lines.*,
        police.department is not null as is_police
    from {{ ref('fct_budget_lines') }} as lines
    left join {{ ref('police_departments') }} as police
        on lines.city = police.city and lines.department = police.department
)

select
    city,
    fiscal_year,
    phase,
    budget_function,
    is_police,
    count(*) as lines,
    sum(amount) as amount,
    sum(amount) / nullif(sum(sum(amount)) over (partition by city, fiscal_year, phase), 0) as share_of_phase,
    sum(sworn_fte) as sworn_fte,
    sum(civilian_fte) as civilian_fte
from lines
group by city, fiscal_year, phase, budget_function, is_police
