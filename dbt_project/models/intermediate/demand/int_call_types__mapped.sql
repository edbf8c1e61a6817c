{# Stored: a few hundred rows come out of a scan of all calls, and every call is joined to them three times. #}
{{ config(materialized='table') }}

with published as (
    select
        city,
        final_type as call_type
    from {{ ref('calls') }}
    where final_type is not null
    union distinct
    select
        city,
        initial_type as call_type
    from {{ ref('calls') }}
    where initial_type is not null
    union distinct
    -- The publisher's own groups: what stands in where neither type is known.
    select
        city,
        type_group as call_type
    from {{ ref('calls') }}
    where type_group is not null
),

keyed as (
    select
        city,
        call_type,
        {{ call_type_key('call_type') }} as crosswalk_key
    from published
),

labels as (
    select
        topic_category,
        max(label) filter (where scheme = 'langton') as langton_label,
        max(label) filter (where scheme = 'vera_own_reading') as vera_own_reading,
        max(label) filter (where scheme = 'lum_own_reading') as lum_own_reading,
        max(label) filter (where scheme = 'ah_datalytics_own_reading') as ah_datalytics_own_reading
    from {{ ref('published_schemes') }}
    group by topic_category
)

select
    keyed.city,
    keyed.call_type,
    coalesce(crosswalk.valid_from, date '0001-01-01') as valid_from,
    coalesce(crosswalk.valid_to, date '9999-12-31') as valid_to,
    crosswalk.topic_category,
    topics.topic_group,
    crosswalk.initiation_implied,
    crosswalk.initiation_evidence,
    crosswalk.answer_axis,
    crosswalk.eligible_low,
    crosswalk.eligible_high,
    crosswalk.disqualifiers,
    crosswalk.apco_code,
    answered.answered_by,
    crosswalk.confidence as mapping_confidence,
    crosswalk.rationale,
    crosswalk.city = '*' as is_shared_wording,
    labels.langton_label,
    labels.vera_own_reading,
    labels.lum_own_reading,
    labels.ah_datalytics_own_reading
from keyed
inner join {{ ref('call_type_crosswalk') }} as crosswalk
    on keyed.crosswalk_key = crosswalk.call_type and crosswalk.city in (keyed.city, '*')
inner join {{ ref('topic_categories') }} as topics
    on crosswalk.topic_category = topics.topic_category
left join labels
    on crosswalk.topic_category = labels.topic_category
left join {{ ref('answered_by_rules') }} as answered
    on
        keyed.city = answered.city
        and answered.published_in = 'call_type'
        and keyed.crosswalk_key = answered.value
-- A city's own rows take the place of those for all cities.
qualify rank() over (partition by keyed.city, keyed.call_type order by crosswalk.city = '*') = 1
