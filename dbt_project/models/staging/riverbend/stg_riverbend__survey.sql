with judged as (
    select
        *,
        case when respondent_id is null or wave is null then 'missing_key' end as quarantine_reason,
        case
            when row_number() over (
                partition by respondent_id, wave order by _load_number desc, _file desc, _line desc
            ) > 1 then 'repeated_row'
        end as exclusion_reason
    from {{ source('riverbend', 'resident_survey') }}
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
