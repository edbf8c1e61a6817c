select
    city,
    rule,
    cast(window_minutes as integer) as window_minutes,
    is_used and window_minutes = {{ var('duplicate_window_minutes') }} as is_used,
    joined_calls as repeats,
    expected_by_chance,
    cast(case when status = 'ok' then joined_calls - expected_by_chance end as double) as likely_repeats,
    cast(case when status = 'ok' then expected_by_chance / joined_calls end as double) as share_by_chance,
    status,
    case status
        when 'not_applicable'
            then 'no call has a block, a type and a time that tells minutes, so repeats cannot be found'
        when 'insufficient_data' then 'fewer than {{ var('least_repeats_to_judge') }} calls are joined'
        when 'not_estimable'
            then 'as many calls follow each other like this an hour later, so the data cannot tell repeats'
    end as reason
from {{ ref('int_repeat_rules') }}
