with versions as (
    {{ rank_versions(source('seattle', 'police_budget'), ['bureau', 'function_name'], '_load_number') }}
),

typed as (
    select
        lines._load_id as load_id,
        lines._file as source_file,
        lines._line as source_line,
        -- The sheet names neither year nor phase: its sum and its 590 civilian and 1,497 sworn positions are
        -- those of the budget adopted for 2020.
        2020 as fiscal_year,
        'adopted' as phase,
        trim(lines.bureau) as division,
        trim(lines.function_name) as program,
        {{ number_of("replace(replace(lines.budget, '$', ''), ',', '')", 'money') }} as amount,
        -- N/A where a line is a cost account without staff.
        {{ number_of('lines.sworn_fte', 'positions') }} as sworn_fte,
        {{ number_of('lines.civilian_fte', 'positions') }} as civilian_fte,
        -- Misspelt once.
        case lines.function_type
            when 'Civlian' then 'Civilian'
            when 'N/A' then null
            else lines.function_type
        end as staffing,
        {{ identity_reason('versions') }} as identity_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('seattle', 'police_budget') }} as lines
    left join versions
        on {{ same_row('lines', 'versions') }}
),

judged as (
    select
        *,
        coalesce(
            case
                when division is null or program is null then 'missing_key'
                when amount is null then 'unreadable_amount'
            end,
            identity_reason
        ) as quarantine_reason
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
