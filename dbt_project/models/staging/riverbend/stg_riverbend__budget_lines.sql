with typed as (
    select
        lines.department,
        lines.division,
        lines.program,
        lines.fund,
        lower(lines.phase) as phase,
        -- The sheet is the fiscal year ("FY2025").
        try_cast(right(lines.sheet, 4) as integer) as fiscal_year,
        -- Some amounts are text with a dollar sign and thousands separators.
        {{ number_of("replace(replace(lines.amount, '$', ''), ',', '')", 'money') }} as amount,
        {{ number_of('lines.sworn_fte', 'positions') }} as sworn_fte,
        {{ number_of('lines.civilian_fte', 'positions') }} as civilian_fte,
        lines._load_id as load_id,
        lines._file as source_file,
        lines._line as source_line,
        -- Lines that agree in all but the amount may be two; lines that agree in everything are one, written twice.
        row_number() over (
            partition by
                lines.sheet, lines.department, lines.division, lines.program, lines.fund, lines.phase, lines.amount,
                lines.sworn_fte, lines.civilian_fte
            order by lines._load_number desc, lines._file desc, lines._line asc
        ) > 1 as is_repeated,
        -- Department totals stand among the lines they add up.
        coalesce(lines.department, '') ilike 'total%' or coalesce(lines.division, '') ilike 'total%' as is_total
    from {{ source('riverbend', 'budget') }} as lines
),

judged as (
    select
        *,
        case
            when is_total then null
            when amount is null then 'unreadable_amount'
            when fiscal_year is null then 'unreadable_fiscal_year'
            when phase is null or phase not in ('proposed', 'adopted', 'actual') then 'unknown_phase'
        end as quarantine_reason,
        case when is_total then 'total_of_other_lines' when is_repeated then 'repeated_row' end as exclusion_reason
    from typed
)

select
    'riverbend' as city,
    fiscal_year || '/' || source_line as budget_line_id,
    fiscal_year,
    phase,
    department,
    division,
    program,
    fund,
    amount,
    sworn_fte,
    civilian_fte,
    'budget' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
