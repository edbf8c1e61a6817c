with waits as (
    select
        calls.city,
        days.period_start,
        days.period_end,
        calls.zone_id,
        calls.beat_id,
        coalesce(calls.priority, '(none)') as priority,
        case
            when calls.response_status = 'ok' then 'arrival'
            -- Answered by telephone or by somebody else: nobody waits for a unit that is not coming. A call that nobody
            -- was sent to and nobody else is known to have answered was never reached.
            when calls.answered_by is not null and coalesce(calls.sent_status, '') <> 'sent' then 'desk_only'
            when calls.response_status = 'no_received_time' then 'no_received_time'
            when calls.response_status in ('negative', 'ambiguous_time') then 'invalid'
            else 'unreached'
        end as outcome,
        coalesce(calls.response_minutes, calls.unanswered_minutes) as minutes
    from {{ ref('fct_calls') }} as calls
    inner join {{ ref('int_reference_days') }} as days
        on calls.city = days.city and days.measure = 'calls' and cast(calls.call_at_local as date) = days.day
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
