{# Questionnaires: (staging model, the items asked, the codes that stand for "don't know" and "no answer", the waves
   that asked them; none for every wave). An item not asked is no answer refused. #}
{% set surveys = [
    ('stg_riverbend__survey', [
        'safety_day', 'safety_night', 'trust_police', 'trust_clinicians', 'trust_community_org',
        'pref_person_in_crisis', 'unmet_need',
    ], ['98', '99'], []),
    ('stg_somerville__survey', ['happiness', 'life_satisfaction', 'city_satisfaction'], [], []),
    ('stg_somerville__survey', [
        'similar_to_others', 'decides_alone', 'affordable_housing', 'community_schools', 'beauty_of_setting',
    ], [], ['2011']),
    ('stg_somerville__survey', ['police_effectiveness'], [], ['2011', '2013']),
    ('stg_somerville__survey', [
        'beauty_of_city', 'streets_sidewalks_squares', 'safety_night_neighborhood', 'parks',
    ], [], ['2013']),
    ('stg_somerville__survey', [
        'neighborhood_satisfaction', 'housing_cost', 'public_schools', 'community_events', 'beauty_of_neighborhood',
    ], [], ['2013', '2015']),
    ('stg_somerville__survey', [
        'city_pride', 'service_information', 'trust_police', 'streets_sidewalks', 'safety_night_community',
        'parks_squares',
    ], [], ['2015']),
] %}

{% set asked = [] %}
{% for staging_model, items, no_answer, waves in surveys %}
{% set relation = ref(staging_model) %}
{% for item in items if is_built(relation) %}
{% do asked.append((relation, item, no_answer, waves)) %}
{% endfor %}
{% endfor %}

with answers as (
    {% for relation, item, no_answer, waves in asked %}
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
    where row_status = 'accepted' and {{ "wave in ('" ~ waves | join("', '") ~ "')" if waves else 'true' }}
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
