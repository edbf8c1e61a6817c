with publishers_of_units as (
    select city
    from {{ ref('fct_calls') }}
    where unit_count > 0
    group by city
),

waits as (
    select
        calls.city,
        years.period_start,
        years.period_end,
        calls.zone_id,
        calls.beat_id,
        coalesce(calls.priority, '(none)') as priority,
        case
            when calls.response_status = 'ok' then 'arrival'
            when calls.response_status = 'no_received_time' then 'no_received_time'
            -- Answered by telephone or by somebody else: nobody waits for a unit that is not coming.
            when calls.unit_count = 0 and units.city is not null then 'nobody_sent'
            when calls.response_status in ('negative', 'ambiguous_time') then 'invalid'
            else 'unreached'
        end as outcome,
        coalesce(calls.response_minutes, calls.unanswered_minutes) as minutes
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('reference_years') }} as years
        on
            calls.city = years.city
            and years.measure = 'calls'
            and calls.month between years.period_start and years.period_end
    left join publishers_of_units as units
        on calls.city = units.city
    where calls.population = 'demand'
)

select
    city,
    period_start,
    period_end,
    zone_id,
    beat_id,
    priority,
    outcome,
    case when outcome in ('arrival', 'unreached') then minutes end as minutes,
    count(*) as calls
from waits
group by all
