with demand as (
    select
        city,
        initial_type,
        final_type,
        initial_topic_group,
        call_type_group as final_group,
        count(*) as calls,
        sum(officer_minutes) as officer_minutes
    from {{ ref('fct_calls') }}
    where population = 'demand' and initial_type is not null and final_type is not null
    group by city, initial_type, final_type, initial_topic_group, call_type_group
),

grouped as (
    select
        demand.*,
        -- The publisher's own group is of the final type, so it serves for the first label only where the two agree.
        coalesce(
            nullif(demand.initial_topic_group, 'unmapped'),
            case when demand.initial_type = demand.final_type then demand.final_group end
        ) as initial_group
    from demand
),

with_totals as (
    select
        *,
        sum(calls) over (partition by city, initial_type) as calls_of_initial_type,
        sum(calls) over (partition by city, final_type) as calls_of_final_type,
        sum(calls) over (partition by city, final_group) as calls_of_final_group,
        sum(case when initial_group is distinct from final_group then calls else 0 end) over (
            partition by city, final_group
        ) as hidden_calls_of_final_group
    from grouped
)

select
    city,
    initial_type,
    final_type,
    initial_group,
    final_group,
    initial_type <> final_type as is_type_changed,
    initial_group <> final_group as is_group_changed,
    cast(calls as bigint) as calls,
    cast(officer_minutes / 60.0 as double) as officer_hours,
    cast(calls as double) / calls_of_initial_type as share_of_initial_type,
    cast(calls as double) / calls_of_final_type as share_of_final_type,
    case when final_group is not null then cast(calls_of_final_group as bigint) end as calls_of_final_group,
    case
        when final_group is not null then cast(hidden_calls_of_final_group as double) / calls_of_final_group
    end as share_of_final_group_hidden,
    case
        when final_group is not null
            then cast({{ wilson_lower('hidden_calls_of_final_group', 'calls_of_final_group') }} as double)
    end as share_hidden_lo,
    case
        when final_group is not null
            then cast({{ wilson_upper('hidden_calls_of_final_group', 'calls_of_final_group') }} as double)
    end as share_hidden_hi
from with_totals
