{# (item, published column, highest point of its scale) #}
{% set rate = 'how_would_you_rate_the_following_' %}
{% set items = [
    ('happiness', 'how_happy_do_you_feel_right_now', 10),
    ('life_satisfaction', 'how_satisfied_are_you_with_your_life_in_general', 10),
    ('city_satisfaction', 'how_satisfied_are_you_with_somerville_as_a_place_to_live', 10),
    ('similar_to_others', 'in_general_how_similar_are_you_to_other_people_you_know_2011', 10),
    ('decides_alone', 'when_making_decisions_are_you_more_likely_to_seek_advice_or_decide_for_yourself_2011', 10),
    ('neighborhood_satisfaction', 'how_satisfied_are_you_with_your_neighborhood', 10),
    ('city_pride', 'how_proud_are_you_to_be_a_somerville_resident_2015', 10),
    ('service_information', rate ~ 'the_availability_of_information_about_city_services_2015', 5),
    ('affordable_housing', 'the_availability_of_affordable_housing_2011', 5),
    ('housing_cost', rate ~ 'the_cost_of_housing', 5),
    ('community_schools', rate ~ 'the_overall_quality_of_public_schools_in_your_community_2011', 5),
    ('public_schools', rate ~ 'the_overall_quality_of_public_schools', 5),
    ('beauty_of_setting', rate ~ 'the_beauty_or_physical_setting_2011', 5),
    ('beauty_of_city', rate ~ 'the_beauty_or_physical_setting_of_somerville_2013', 5),
    ('police_effectiveness', rate ~ 'the_effectiveness_of_the_local_police_2011_2013', 5),
    ('trust_police', rate ~ 'your_trust_in_the_local_police_2015', 5),
    ('streets_sidewalks_squares', rate ~ 'the_maintenance_of_streets_sidewalks_and_squares_2013', 5),
    ('streets_sidewalks', rate ~ 'the_maintenance_of_streets_and_sidewalks_2015', 5),
    ('community_events', rate ~ 'the_availability_of_social_community_events', 5),
    ('safety_night_neighborhood', 'how_safe_do_you_feel_walking_in_your_neighborhood_at_night_2013', 10),
    ('safety_night_community', 'how_safe_do_you_feel_walking_in_your_community_at_night_2015', 10),
    ('beauty_of_neighborhood', 'how_satisfied_are_you_with_the_beauty_or_physical_setting_of_your_neighborhood', 10),
    ('parks', 'how_satisfied_are_you_with_the_appearance_of_parks_in_your_neighborhood_2013', 10),
    ('parks_squares', 'how_satisfied_are_you_with_the_appearance_of_parks_and_squares_in_your_neighborhood', 10)
] %}

with versions as (
    {{ rank_versions(source('somerville', 'happiness_survey'), ['combined_id', 'year'], '_load_number') }}
),

typed as (
    select
        answers.combined_id as respondent_id,
        answers.year as wave,
        answers.ward,
        -- Answers off the scale (42, 77, 810) are slips of whoever typed them. Halves (7.5) are marks between two
        -- points and stay.
        {% for item, column, highest in items %}
        case
            when try_cast(answers.{{ column }} as double) between 1 and {{ highest }} then answers.{{ column }}
        end as {{ item }},
        {% endfor %}
        answers._load_id as load_id,
        answers._file as source_file,
        answers._line as source_line,
        coalesce(
            case when answers.combined_id is null or answers.year is null then 'missing_key' end,
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('somerville', 'happiness_survey') }} as answers
    left join versions
        on {{ same_row('answers', 'versions') }}
)

select
    'somerville' as city,
    'happiness_survey' as survey_id,
    wave,
    respondent_id,
    cast(null as varchar) as zone_id,
    ward,
    cast(null as double) as weight,
    {% for item, column, highest in items %}
    {{ item }},
    {% endfor %}
    'happiness_survey' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed
