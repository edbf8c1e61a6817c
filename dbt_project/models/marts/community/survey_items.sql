select
    city,
    survey_id,
    wave,
    item,
    count(*) as respondents,
    count(response) as answers,
    count(*) - count(response) as refused_or_skipped
from {{ ref('survey_responses') }}
group by city, survey_id, wave, item
