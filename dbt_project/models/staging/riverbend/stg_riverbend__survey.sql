with versions as (
    {{ rank_versions(source('riverbend', 'resident_survey'), ['respondent_id', 'wave'], '_load_number') }}
),

judged as (
    select
        answers.*,
        coalesce(
            case when answers.respondent_id is null or answers.wave is null then 'missing_key' end,
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'resident_survey') }} as answers
    left join versions
        on {{ same_row('answers', 'versions') }}
)

select
    'riverbend' as city,
    'resident_survey' as survey_id,
    wave,
    respondent_id,
    mode,
    zone_id,
    try_cast(weight as double) as weight,
    safety_day,
    safety_night,
    trust_police,
    trust_clinicians,
    trust_community_org,
    pref_person_in_crisis,
    unmet_need,
    'resident_survey' as source_dataset,
    _load_id as load_id,
    _file as source_file,
    _line as source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
