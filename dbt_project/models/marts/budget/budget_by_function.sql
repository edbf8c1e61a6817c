with mapped as (
    select
        lines.city,
        lines.fiscal_year,
        lines.phase,
        coalesce(programs.budget_function, divisions.budget_function, '(unmapped)') as budget_function,
        coalesce(programs.is_police, divisions.is_police, false) as is_police,
        lines.amount,
        lines.sworn_fte,
        lines.civilian_fte
    from {{ ref('fct_budget_lines') }} as lines
    left join {{ ref('budget_functions') }} as programs
        on
            lines.city = programs.city
            and lines.department = programs.department
            and lines.division = programs.division
            and lines.program = programs.program
    left join {{ ref('budget_functions') }} as divisions
        on
            lines.city = divisions.city
            and lines.department = divisions.department
            and lines.division = divisions.division
            and divisions.program is null
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
from mapped
group by city, fiscal_year, phase, budget_function, is_police
