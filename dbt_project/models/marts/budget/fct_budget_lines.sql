select
    lines.city,
    lines.budget_line_id,
    lines.fiscal_year,
    lines.phase,
    lines.department,
    lines.division,
    lines.program,
    coalesce(functions.budget_function, 'unmapped') as budget_function,
    lines.fund,
    lines.amount,
    lines.sworn_fte,
    lines.civilian_fte,
    lines.load_id
from {{ ref('budget_lines') }} as lines
left join {{ ref('budget_functions') }} as functions
    on
        lines.city = functions.city
        and lines.department = functions.department
        and lines.division = functions.division
        and lines.program = functions.program
