with typed as (
    select
        _load_id as load_id,
        _file as source_file,
        _line as source_line,
        -- The sheet names neither year nor phase: its sum and its 590 civilian and 1,497 sworn positions are
        -- those of the budget adopted for 2020.
        2020 as fiscal_year,
        'adopted' as phase,
        trim(bureau) as division,
        trim(function_name) as program,
        try_cast(replace(replace(budget, '$', ''), ',', '') as double) as amount,
        -- N/A where a line is a cost account without staff.
        try_cast(sworn_fte as double) as sworn_fte,
        try_cast(civilian_fte as double) as civilian_fte,
        -- Misspelt once.
        case function_type
            when 'Civlian' then 'Civilian'
            when 'N/A' then null
            else function_type
        end as staffing
    from {{ source('seattle', 'police_budget') }}
),

judged as (
    select
        *,
        case
            when division is null or program is null then 'missing_key'
            when amount is null then 'unreadable_amount'
        end as quarantine_reason,
        case
            when row_number() over (partition by division, program order by source_file, source_line) > 1
                then 'repeated_row'
        end as exclusion_reason
    from typed
)

select
    'seattle' as city,
    fiscal_year || '/' || phase || '/' || division || '/' || program as budget_line_id,
    fiscal_year,
    phase,
    'Seattle Police Department' as department,
    division,
    program,
    cast(null as varchar) as fund,
    amount,
    sworn_fte,
    civilian_fte,
    'police_budget' as source_dataset,
    load_id,
    source_file,
    source_line,
    staffing,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
