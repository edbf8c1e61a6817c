{% set time_zone = 'America/Los_Angeles' %}
{% set happened = published_clock_time('offense_date') %}
{% set reported = published_clock_time('report_date_time') %}
{% set readable = 'coalesce(' ~ happened ~ ', ' ~ reported ~ ') is not null' %}

with versions as (
    {{ rank_versions(source('seattle', 'offenses_since_2008'), ['offense_id'], '_load_number', readable) }}
),

typed as (
    select
        offenses.offense_id,
        offenses.report_number as report_id,
        {{ published_time_utc('offenses.offense_date', time_zone) }} as happened_at_utc,
        {{ published_time_utc('offenses.report_date_time', time_zone) }} as reported_at_utc,
        -- A dash stands for none.
        nullif(offenses.nibrs_offense_code, '-') as nibrs_code,
        offenses.nibrs_offense_code_description as offense,
        case upper(offenses.nibrs_crime_against_category)
            when 'PERSON' then 'person'
            when 'PROPERTY' then 'property'
            when 'SOCIETY' then 'society'
            when 'NOT_A_CRIME' then 'not_a_crime'
            else 'unknown'
        end as crime_against,
        -- Numbered after the call's event, as in the older file: 2016-123456 is event 2016000123456.
        case
            when length(offenses.report_number) = 11 and right(offenses.report_number, 6) < '900000'
                then left(offenses.report_number, 4) || '000' || right(offenses.report_number, 6)
        end as call_id,
        offenses.block_address,
        nullif(nullif(nullif(offenses.beat, 'UNKNOWN'), '99'), '-') as native_zone,
        nullif(nullif(offenses.shooting_type_group, '-'), '') as shooting,
        try_cast(offenses.longitude as double) as published_longitude,
        try_cast(offenses.latitude as double) as published_latitude,
        {{ location_status('offenses.longitude', 'offenses.latitude') }} as location_status,
        {{ time_reason(['offenses.offense_date', 'offenses.report_date_time']) }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time(['offenses.offense_date', 'offenses.report_date_time'], time_zone) }} as is_ambiguous_time,
        offenses._load_id as load_id,
        offenses._file as source_file,
        offenses._line as source_line,
        {{ version_reason('versions') }} as version_reason
    from {{ source('seattle', 'offenses_since_2008') }} as offenses
    left join versions
        on {{ same_row('offenses', 'versions') }}
),

judged as (
    select
        typed.*,
        coalesce(
            case when typed.offense_id is null then 'missing_key' end,
            typed.time_reason,
            typed.identity_reason
        ) as quarantine_reason,
        -- An offense that the older file holds is counted with the file, which knows when it ended.
        coalesce(typed.version_reason, case when held.offense_id is not null then 'duplicate_of_crimes' end)
            as exclusion_reason
    from typed
    left join {{ ref('stg_seattle__crimes') }} as held
        on typed.offense_id = held.offense_id and held.row_status = 'accepted'
)

select
    'seattle' as city,
    offense_id,
    report_id,
    coalesce(happened_at_utc, reported_at_utc) as offense_at_utc,
    {{ utc_to_local('coalesce(happened_at_utc, reported_at_utc)', time_zone) }} as offense_at_local,
    is_ambiguous_time,
    case when happened_at_utc is not null then 'occurred' else 'reported' end as offense_time_basis,
    cast(null as timestamp) as occurred_to_utc,
    reported_at_utc,
    nibrs_code,
    offense,
    crime_against,
    cast(null as varchar) as report_status,
    call_id,
    block_address,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'offenses_since_2008' as source_dataset,
    load_id,
    source_file,
    source_line,
    shooting,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
