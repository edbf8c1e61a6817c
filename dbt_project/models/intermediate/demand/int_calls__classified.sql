select
    calls.city,
    calls.call_id,
    calls.source_dataset,
    calls.call_at_utc,
    calls.call_at_local,
    calls.call_time_basis,
    calls.received_at_utc,
    calls.dispatched_at_utc,
    calls.arrived_at_utc,
    calls.cleared_at_utc,
    calls.initiation,
    calls.initiation_basis,
    calls.channel,
    calls.priority,
    calls.initial_type,
    calls.final_type,
    coalesce(types.call_type_group, calls.type_group) as call_type_group,
    calls.type_group as final_type_group,
    calls.disposition,
    calls.parent_call_id,
    calls.block_address,
    calls.native_zone,
    calls.longitude,
    calls.latitude,
    calls.location_status,
    calls.load_id,
    -- The first rule that fits wins; later rules need to know what came before and follow in fct_calls.
    case
        when types.population = 'test' or dispositions.meaning = 'test' then 'test'
        when types.population = 'administrative' or calls.initiation = 'administrative' then 'administrative'
        when dispositions.meaning = 'duplicate' or calls.parent_call_id is not null then 'duplicate_explicit'
        when calls.initiation = 'officer' then 'officer_initiated'
        when types.population = 'officer_initiated' and calls.initiation = 'unknown' then 'officer_initiated'
    end as population_before_inference,
    coalesce(dispositions.meaning = 'cancelled' and calls.arrived_at_utc is null, false) as is_cancelled
from {{ ref('calls') }} as calls
left join {{ ref('call_type_rules') }} as types
    on calls.city = types.city and calls.final_type = types.call_type
left join {{ ref('disposition_rules') }} as dispositions
    on calls.city = dispositions.city and calls.disposition = dispositions.disposition
