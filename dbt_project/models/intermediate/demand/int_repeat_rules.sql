{# Stored: a few rows that three models read. #}
{{ config(materialized='table') }}

{% set windows = var('duplicate_windows_compared') + [var('duplicate_window_minutes')] %}
{% set listed_windows = '(values (' ~ windows | unique | sort | join('), (') ~ '))' %}

with cities as (
    select
        cities.city,
        count(placed.call_id) as calls_searched
    from (select distinct city from {{ ref('calls') }}) as cities
    left join {{ ref('int_calls__placed') }} as placed
        on cities.city = placed.city
    group by cities.city
),

rules as (
    select
        listed.rule_order,
        listed.rule
    from (
        values
        (1, 'same_block_same_group'),
        (2, 'same_block_related_group'),
        (3, 'next_block_same_group'),
        (4, 'next_block_related_group')
    ) as listed (rule_order, rule)
),

nearest_by_rule as (
    select
        city,
        call_id,
        'same_block_same_group' as rule,
        minutes_after_previous as minutes_after
    from {{ ref('int_calls__placed') }}
    where minutes_after_previous <= {{ windows | max }}
    union all
    select
        city,
        call_id,
        rule,
        min(minutes_between) as minutes_after
    from {{ ref('int_calls__repeat_pairs') }}
    where minutes_between <= {{ windows | max }}
    group by city, call_id, rule
),

first_rule_to_join as (
    select
        nearest.city,
        windows.window_minutes,
        nearest.call_id,
        min(rules.rule_order) as rule_order
    from nearest_by_rule as nearest
    inner join rules
        on nearest.rule = rules.rule
    inner join {{ listed_windows }} as windows (window_minutes)
        on nearest.minutes_after <= windows.window_minutes
    group by nearest.city, windows.window_minutes, nearest.call_id
),

joined as (
    select
        city,
        window_minutes,
        rule_order,
        count(*) as joined_calls
    from first_rule_to_join
    group by city, window_minutes, rule_order
),

an_hour_before as (
    select
        city,
        'same_block_same_group' as rule,
        sum(calls_an_hour_before) as pairs
    from {{ ref('int_calls__placed') }}
    group by city
    union all
    select
        city,
        rule,
        count(*) as pairs
    from {{ ref('int_calls__repeat_pairs') }}
    where minutes_between >= 60
    group by city, rule
),

with_chance as (
    select
        cities.city,
        cities.calls_searched,
        rules.rule_order,
        rules.rule,
        windows.window_minutes,
        coalesce(joined.joined_calls, 0) as joined_calls,
        -- Calls an hour or two apart are about two events: as many of them fall into any window by chance.
        coalesce(an_hour_before.pairs, 0) * windows.window_minutes / 60.0 as expected_by_chance,
        {{ poisson_upper('coalesce(an_hour_before.pairs, 0)', 'null') }} * windows.window_minutes / 60.0
            as most_expected_by_chance
    from cities
    cross join rules
    cross join {{ listed_windows }} as windows (window_minutes)
    left join joined
        on
            cities.city = joined.city
            and rules.rule_order = joined.rule_order
            and windows.window_minutes = joined.window_minutes
    left join an_hour_before
        on cities.city = an_hour_before.city and rules.rule = an_hour_before.rule
),

judged as (
    select
        *,
        case
            when calls_searched = 0 then 'not_applicable'
            when joined_calls < {{ var('least_repeats_to_judge') }} then 'insufficient_data'
            when {{ poisson_lower('joined_calls', 'null') }} <= most_expected_by_chance then 'not_estimable'
            else 'ok'
        end as status
    from with_chance
),

with_verdict as (
    select
        *,
        window_minutes = {{ var('duplicate_window_minutes') }}
        -- The rule of methods, 1.3, is used whatever the data show; the wider ones where data show repeats.
        and (
            rule_order = 1
            or (status = 'ok' and most_expected_by_chance <= {{ var('most_by_chance') }} * joined_calls)
        ) as earns_its_use
    from judged
)

select
    city,
    rule_order,
    rule,
    window_minutes,
    bool_or(earns_its_use) over (partition by city, rule) as is_used,
    calls_searched,
    case when calls_searched > 0 then joined_calls end as joined_calls,
    case when calls_searched > 0 then expected_by_chance end as expected_by_chance,
    case when calls_searched > 0 then most_expected_by_chance end as most_expected_by_chance,
    status
from with_verdict
