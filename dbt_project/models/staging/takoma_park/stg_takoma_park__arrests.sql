{% set time_zone = 'America/New_York' %}
{% set readable = published_clock_time('date', ['%Y-%m-%d']) ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('takoma_park', 'arrests'), ['unique_id'], '_load_number', readable) }}
),

typed as (
    select
        arrests.unique_id as contact_id,
        arrests.report as report_number,
        -- A day without a time stands at its first minute.
        {{ published_time_utc('arrests.date', time_zone, ['%Y-%m-%d']) }} as reported_on_utc,
        arrests.offense,
        arrests.category as offense_category,
        arrests.type_desc as arrest_type,
        -- Citations, applications for charges and referrals take nobody into custody.
        arrests.type in ('CA', 'SVC', 'JVA') as arrest_made,
        -- Detail means work on intelligence or general complaints: officers' choice. Self means that the person came
        -- in, nearly always to be served a warrant: neither an officer nor a caller started it.
        case arrests.initiated
            when 'Public' then 'community'
            when 'Officer' then 'officer'
            when 'Detail' then 'officer'
            when 'Self' then 'administrative'
            else 'unknown'
        end as initiation,
        case when arrests.initiated in ('Public', 'Officer', 'Detail', 'Self') then 'explicit' else 'none' end
            as initiation_basis,
        arrests.overall_type = 'Traffic' as is_from_traffic_stop,
        case when arrests.i_ward <> 'OOC' then arrests.i_ward end as native_zone,
        arrests.i_ward = 'OOC' as is_outside_city,
        arrests.a_race as subject_race,
        arrests.a_gender as subject_sex,
        arrests.age_range as subject_age_group,
        {{ time_reason('arrests.date', ['%Y-%m-%d']) }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        false as is_ambiguous_time,
        arrests._load_id as load_id,
        arrests._file as source_file,
        arrests._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('takoma_park', 'arrests') }} as arrests
    left join versions
        on {{ same_row('arrests', 'versions') }}
),

timed as (
    select
        *,
        reported_on_utc as contact_at_utc,
        coalesce(
            case when contact_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'takoma_park' as city,
    contact_id,
    'arrest' as contact_kind,
    contact_at_utc,
    {{ utc_to_local('contact_at_utc', time_zone) }} as contact_at_local,
    is_ambiguous_time,
    initiation,
    initiation_basis,
    cast(null as varchar) as call_id,
    offense as reason,
    arrest_type as outcome,
    arrest_made,
    cast(null as boolean) as search_conducted,
    cast(null as boolean) as frisk_performed,
    cast(null as boolean) as contraband_found,
    subject_race,
    subject_sex,
    subject_age_group,
    native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    'arrests' as source_dataset,
    load_id,
    source_file,
    source_line,
    report_number,
    offense_category,
    is_from_traffic_stop,
    is_outside_city,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed
