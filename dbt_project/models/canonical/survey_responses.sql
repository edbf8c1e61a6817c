{% set items = ['safety_day', 'safety_night', 'trust_police', 'trust_clinicians', 'trust_community_org',
    'pref_person_in_crisis', 'unmet_need'] %}

with answers_of_riverbend as (
    {% for item in items %}
    select
        city,
        survey_id,
        wave,
        respondent_id,
        '{{ item }}' as item,
        -- 98 and 99 are "don't know" and "no answer" on the questionnaire.
        case when {{ item }} not in ('98', '99') then {{ item }} end as response,
        weight,
        zone_id,
        source_dataset,
        load_id,
        source_file,
        source_line
    from {{ ref('stg_riverbend__survey') }}
    where row_status = 'accepted'
    {% if not loop.last %}union all{% endif %}
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
from answers_of_riverbend
