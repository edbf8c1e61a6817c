{# Stored: every mart of calls reads it, some more than once, and each reading maps all types anew. #}
{{ config(materialized='table') }}

select
    calls.city,
    calls.call_id,
    calls.source_dataset,
    calls.call_at_utc,
    calls.call_at_local,
    calls.call_time_basis,
    calls.is_ambiguous_time,
    calls.received_at_utc,
    calls.dispatched_at_utc,
    calls.arrived_at_utc,
    calls.cleared_at_utc,
    -- The source's own flag stands before what the type implies.
    case
        when calls.initiation = 'unknown' then coalesce(calls.initiation_implied, 'unknown')
        else calls.initiation
    end as initiation,
    case
        when calls.initiation = 'unknown' and calls.initiation_implied is not null then 'type'
        else calls.initiation_basis
    end as initiation_basis,
    calls.channel,
    calls.priority,
    priorities.priority_level,
    calls.initial_type,
    calls.final_type,
    coalesce(nullif(calls.topic_group, 'unmapped'), calls.type_group) as call_type_group,
    calls.type_group as final_type_group,
    calls.mapping_status,
    calls.mapping_confidence,
    calls.topic_category,
    calls.topic_group,
    calls.initial_topic_category,
    calls.initial_topic_group,
    calls.answer_axis,
    calls.eligible_low,
    calls.eligible_high,
    calls.disqualifiers,
    calls.langton_label,
    calls.vera_own_reading,
    calls.lum_own_reading,
    calls.ah_datalytics_own_reading,
    calls.disposition,
    dispositions.meaning as disposition_meaning,
    coalesce(calls.answered_by_published, answered.answered_by, calls.answered_by_type) as answered_by,
    -- Some publishers give the call itself as its parent where it repeats none.
    nullif(calls.parent_call_id, calls.call_id) as parent_call_id,
    calls.block_address,
    calls.published_zone_id,
    calls.native_zone,
    calls.longitude,
    calls.latitude,
    calls.location_status,
    calls.load_id,
    -- The first rule that fits wins; later rules need to know what came before and follow in fct_calls.
    case
        when calls.topic_category = 'test_call' or dispositions.meaning = 'test' then 'test'
        when 'administrative' in (calls.initiation_implied, calls.initiation) then 'administrative'
        when dispositions.meaning = 'duplicate' or calls.parent_call_id <> calls.call_id then 'duplicate_explicit'
        when calls.initiation = 'officer' then 'officer_initiated'
        when calls.initiation_implied = 'officer' and calls.initiation = 'unknown' then 'officer_initiated'
    end as population_before_inference,
    coalesce(
        dispositions.meaning = 'cancelled' and calls.dispatched_at_utc is null and calls.arrived_at_utc is null, false
    ) as is_cancelled
from {{ ref('int_calls__mapped') }} as calls
left join {{ ref('disposition_rules') }} as dispositions
    on calls.city = dispositions.city and calls.disposition = dispositions.disposition
left join {{ ref('answered_by_rules') }} as answered
    on
        calls.city = answered.city
        and answered.published_in = 'disposition'
        and calls.disposition = answered.value
left join {{ ref('priorities') }} as priorities
    on calls.city = priorities.city and calls.priority = priorities.priority
