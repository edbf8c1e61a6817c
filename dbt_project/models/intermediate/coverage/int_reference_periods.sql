with months as (
    select
        city,
        measure,
        month,
        covered_days,
        covered_days = days as is_whole
    from {{ ref('int_covered_months') }}
),

with_the_year_before as (
    select
        city,
        measure,
        month,
        count(*) filter (where is_whole) over (
            partition by city, measure order by month {{ months_preceding(11) }}
        ) as whole_months
    from months
),

covered as (
    select
        city,
        measure,
        min(day) as first_day,
        max(day) as last_day
    from {{ ref('int_covered_days') }}
    group by city, measure
),

candidates as (
    select
        city,
        measure,
        case when extract(month from month) = 12 then 'calendar_year' else 'twelve_months' end as kind,
        cast({{ dbt.dateadd('month', -11, 'month') }} as date) as period_start,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'month')) }} as date) as period_end
    from with_the_year_before
    where whole_months = 12
    union all
    select
        city,
        measure,
        'none' as kind,
        first_day as period_start,
        last_day as period_end
    from covered
),

latest as (
    select
        *,
        row_number() over (
            partition by city, measure
            order by
                case kind when 'calendar_year' then 1 when 'twelve_months' then 2 else 3 end,
                period_start desc
        ) as preference
    from candidates
),

exposed as (
    select
        latest.city,
        latest.measure,
        latest.kind,
        latest.period_start,
        latest.period_end,
        count(*) as covered_days
    from latest
    inner join {{ ref('int_covered_days') }} as days
        on
            latest.city = days.city
            and latest.measure = days.measure
            and days.day between latest.period_start and latest.period_end
    where latest.preference = 1
    group by latest.city, latest.measure, latest.kind, latest.period_start, latest.period_end
)

select
    city,
    measure,
    kind,
    period_start,
    period_end,
    cast({{ day_difference('period_start', 'period_end') }} + 1 as integer) as days,
    cast(covered_days as integer) as covered_days,
    case
        when kind <> 'none' then 'ok'
        when covered_days < {{ var('minimum_covered_days') }} then 'insufficient_data'
        else 'partial_period'
    end as status,
    case
        when kind <> 'none' then null
        when covered_days < {{ var('minimum_covered_days') }}
            then 'fewer than {{ var("minimum_covered_days") }} covered days say nothing of a year'
        else 'no year and no twelve months in a row are covered whole'
    end as reason
from exposed
