with conditions as (
    select
        types.city,
        types.call_type,
        types.valid_from,
        string_agg(conditions.description, ' ' order by conditions.disqualifier) as disqualifiers_in_words
    from {{ ref('int_call_types__mapped') }} as types
    inner join {{ ref('answer_disqualifiers') }} as conditions
        on concat(';', types.disqualifiers, ';') like concat('%;', conditions.disqualifier, ';%')
    group by types.city, types.call_type, types.valid_from
)

select
    types.city,
    types.call_type,
    types.valid_from,
    types.valid_to,
    types.topic_category,
    types.topic_group,
    types.initiation_implied,
    types.initiation_evidence,
    types.answer_axis,
    types.eligible_low,
    types.eligible_high,
    types.disqualifiers,
    conditions.disqualifiers_in_words,
    types.apco_code,
    types.mapping_confidence,
    types.rationale,
    types.is_shared_wording,
    types.langton_label,
    types.vera_own_reading,
    types.lum_own_reading,
    types.ah_datalytics_own_reading
from {{ ref('int_call_types__mapped') }} as types
left join conditions
    on
        types.city = conditions.city
        and types.call_type = conditions.call_type
        and types.valid_from = conditions.valid_from
