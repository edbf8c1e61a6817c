{% set carried = [
    'eligible_low', 'eligible_high', 'disqualifiers', 'apco_code', 'mapping_confidence',
    'langton_label', 'vera_own_reading', 'lum_own_reading', 'ah_datalytics_own_reading'
] %}

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
    calls.initiation,
    calls.initiation_basis,
    calls.channel,
    calls.priority,
    calls.initial_type,
    calls.final_type,
    calls.type_group,
    calls.disposition,
    calls.parent_call_id,
    calls.block_address,
    calls.published_zone_id,
    calls.native_zone,
    calls.longitude,
    calls.latitude,
    calls.location_status,
    calls.answered_by as answered_by_published,
    -- A type that was corrected says what was done; the first one only what was meant to be.
    case when calls.final_type is not null then finals.answered_by else initials.answered_by end as answered_by_type,
    calls.load_id,
    case
        when finals.topic_category is not null then 'final_type'
        when initials.topic_category is not null then 'initial_type'
        when own_group.topic_category is not null then 'type_group'
        when coalesce(calls.final_type, calls.initial_type, calls.type_group) is null then 'no_type'
        else 'unmapped'
    end as mapping_status,
    coalesce(finals.topic_category, initials.topic_category, own_group.topic_category, 'unmapped') as topic_category,
    coalesce(finals.topic_group, initials.topic_group, own_group.topic_group, 'unmapped') as topic_group,
    coalesce(finals.answer_axis, initials.answer_axis, own_group.answer_axis, 'unmapped') as answer_axis,
    -- All from one mapping: an empty field of the final type's must not be filled from another's.
    {% for column in carried -%}
    case
        when finals.topic_category is not null then finals.{{ column }}
        when initials.topic_category is not null then initials.{{ column }}
        else own_group.{{ column }}
    end as {{ column }},
    {% endfor -%}
    coalesce(initials.topic_category, 'unmapped') as initial_topic_category,
    coalesce(initials.topic_group, 'unmapped') as initial_topic_group,
    -- What was said when the call was taken tells more of who started it than how it was closed.
    coalesce(
        initials.initiation_implied,
        finals.initiation_implied,
        case when coalesce(finals.topic_category, initials.topic_category) is null then own_group.initiation_implied end
    ) as initiation_implied
from {{ ref('calls') }} as calls
left join {{ ref('int_call_types__mapped') }} as finals
    on
        calls.city = finals.city
        and calls.final_type = finals.call_type
        and cast(calls.call_at_local as date) between finals.valid_from and finals.valid_to
left join {{ ref('int_call_types__mapped') }} as initials
    on
        calls.city = initials.city
        and calls.initial_type = initials.call_type
        and cast(calls.call_at_local as date) between initials.valid_from and initials.valid_to
left join {{ ref('int_call_types__mapped') }} as own_group
    on
        calls.city = own_group.city
        and calls.type_group = own_group.call_type
        and cast(calls.call_at_local as date) between own_group.valid_from and own_group.valid_to
