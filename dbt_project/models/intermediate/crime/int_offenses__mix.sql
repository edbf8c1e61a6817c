with typed as (
    select
        city,
        cast(date_trunc('year', month) as date) as year_start,
        offense,
        -- Codes of one group (23A to 23H are larceny) are one type; what has no known code is told by its first word.
        case when is_code_known then left(nibrs_code, 2) else {{ first_match('upper(offense)', '[A-Z]+', 0) }} end
            as offense_type
    from {{ ref('int_offenses__classified') }}
    where measure is not null
),

types_of_years as (
    select
        city,
        year_start,
        offense_type,
        count(*) as n,
        max(offense) as offense
    from typed
    where offense_type <> ''
    group by city, year_start, offense_type
),

with_all_years as (
    select
        *,
        sum(n) over (partition by city, year_start) as year_n,
        sum(n) over (partition by city, offense_type) as type_n,
        sum(n) over (partition by city) as city_n
    from types_of_years
),

commonest as (
    select
        *,
        -- Few offenses of a year say less of how types are mixed than those of all years.
        case
            when year_n >= {{ var('offenses_that_tell') }} then cast(n as double) / year_n
            when city_n >= {{ var('offenses_that_tell') }} then cast(type_n as double) / city_n
        end as share,
        row_number() over (partition by city, year_start order by n desc, type_n desc, offense_type asc) as place
    from with_all_years
)

select
    city,
    year_start,
    offense as commonest_offense,
    share,
    coalesce(share > {{ var('one_offense_share') }}, false) as is_one_type
from commonest
where place = 1
