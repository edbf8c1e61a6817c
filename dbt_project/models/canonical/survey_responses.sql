{# Questionnaires: (staging model, the items asked, the codes that stand for "don't know" and "no answer"). #}
{% set surveys = [
    ('stg_riverbend__survey', [
        'safety_day', 'safety_night', 'trust_police', 'trust_clinicians', 'trust_community_org',
        'pref_person_in_crisis', 'unmet_need',
    ], ['98', '99']),
] %}

{% set asked = [] %}
{% for staging_model, items, no_answer in surveys %}
    {% set relation = ref(staging_model) %}
    {% for item in items if is_built(relation) %}
        {% do asked.append((relation, item, no_answer)) %}
    {% endfor %}
{% endfor %}

with answers as (
    {% for relation, item, no_answer in asked %}
    select
        city,
        survey_id,
        wave,
        respondent_id,
        '{{ item }}' as item,
        case when {{ item }} not in ('{{ no_answer | join("', '") }}') then {{ item }} end as response,
        weight,
        zone_id,
        source_dataset,
        load_id,
        source_file,
        source_line
    from {{ relation }}
    where row_status = 'accepted'
    {% if not loop.last %}union all{% endif %}
    {% else %}
    {{ no_rows(model, model.columns.keys() | reject('equalto', 'response_number') | list) }}
    {% endfor %}
)

select
    city,
    survey_id,
    wave,
    respondent_id,
    item,
    response,
    try_cast(response as double) as response_number,
    weight,
    zone_id,
    source_dataset,
    load_id,
    source_file,
    source_line
from answers
