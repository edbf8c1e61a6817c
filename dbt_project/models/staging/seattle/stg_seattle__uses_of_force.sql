{% set time_zone = 'America/Los_Angeles' %}

with typed as (
    select
        -- The published ID is made of the officer's and the subject's keys, one to one, so it never leaves landing.
        -- The rows of one incident are numbered instead, without a look at whom they are about.
        incident_num || '-' || row_number() over (partition by incident_num order by _file, _line) as contact_id,
        -- A number of the force review, not of a call.
        incident_num as incident_id,
        incident_type as force_level,
        {{ published_time_utc('occured_date_time', time_zone) }} as occurred_at_utc,
        subject_race,
        nullif(subject_gender, '-') as subject_sex,
        case when beat not in ('-', '0', '99', 'XX') then beat end as native_zone,
        precinct = 'OOJ' as is_outside_city,
        {{ time_reason('occured_date_time') }} as time_reason,
        {{ is_ambiguous_time('occured_date_time', time_zone) }} as is_ambiguous_time,
        _load_id as load_id,
        _file as source_file,
        _line as source_line
    from {{ source('seattle', 'uses_of_force') }}
),

timed as (
    select
        *,
        occurred_at_utc as contact_at_utc,
        coalesce(
            case when contact_id is null then 'missing_key' end,
            time_reason
        ) as quarantine_reason
    from typed
)

select
    'seattle' as city,
    contact_id,
    'use_of_force' as contact_kind,
    contact_at_utc,
    {{ utc_to_local('contact_at_utc', time_zone) }} as contact_at_local,
    is_ambiguous_time,
    'unknown' as initiation,
    'none' as initiation_basis,
    cast(null as varchar) as call_id,
    force_level as reason,
    cast(null as varchar) as outcome,
    cast(null as boolean) as arrest_made,
    cast(null as boolean) as search_conducted,
    cast(null as boolean) as frisk_performed,
    cast(null as boolean) as contraband_found,
    subject_race,
    subject_sex,
    cast(null as varchar) as subject_age_group,
    native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    'uses_of_force' as source_dataset,
    load_id,
    source_file,
    source_line,
    incident_id,
    is_outside_city,
    {{ row_status('quarantine_reason', 'null') }} as row_status,
    quarantine_reason as row_reason
from timed
