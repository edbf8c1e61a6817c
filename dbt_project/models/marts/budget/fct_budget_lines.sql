select
    city,
    budget_line_id,
    fiscal_year,
    phase,
    department,
    division,
    program,
    fund,
    amount,
    sworn_fte,
    civilian_fte,
    load_id
from {{ ref('budget_lines') }}
