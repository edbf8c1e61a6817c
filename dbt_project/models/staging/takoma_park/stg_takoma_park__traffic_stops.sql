{% set time_zone = 'America/New_York' %}
{% set columns = [
    'stop_id', 'outcome', 'statute', 'description', 'summary', 'date', 'time', 'age', 'race', 'gender'
] %}

with dated as (
    select
        *,
        -- Days are kept as a spreadsheet counts them: 42370 days after 30 December 1899 is 1 January 2016.
        cast({{ dbt.dateadd('day', number_of('date', 'days_since_1899'), "date '1899-12-30'") }} as date) as stopped_on,
        {{ number_of('age', 'age') }} as age_in_years,
        cast(floor({{ number_of('age', 'age') }} / 10) * 10 as integer) as first_year_of_ten
    from {{ source('takoma_park', 'traffic_violations') }}
),

ranked as (
    select
        *,
        -- A stop has a row for each violation. The stop is told by the one with the gravest outcome, the rule of the
        -- city's own table of stops.
        row_number() over (
            partition by stop_id
            order by
                case outcome when 'Citation' then 1 when 'Repair Order' then 2 else 3 end,
                _load_number,
                _file,
                _line
        ) as gravity,
        row_number() over (
            partition by {{ columns | join(', ') }}
            order by _load_number, _file, _line
        ) as alike,
        count(*) over (partition by stop_id) as violations
    from dated
),

typed as (
    select
        stop_id as contact_id,
        {{ published_time_utc("cast(stopped_on as varchar) || ' ' || time", time_zone) }} as contact_at_utc,
        description as reason,
        outcome,
        summary as violation_group,
        cast(violations as integer) as violations,
        race as subject_race,
        nullif(gender, 'Unknown') as subject_sex,
        -- The bands of the arrests of the same city.
        case
            when age_in_years < 10 then null
            when age_in_years < 18 then '10-17'
            when age_in_years < 30 then '18-29'
            when age_in_years < 70 then first_year_of_ten || '-' || (first_year_of_ten + 9)
            when age_in_years >= 70 then '70 or higher'
        end as subject_age_group,
        {{ is_ambiguous_time("cast(stopped_on as varchar) || ' ' || time", time_zone) }} as is_ambiguous_time,
        {{ time_reason("cast(stopped_on as varchar) || ' ' || time") }} as time_reason,
        _load_id as load_id,
        _file as source_file,
        _line as source_line,
        case
            when alike > 1 then 'repeated_row'
            when gravity > 1 then 'other_violation_of_stop'
        end as exclusion_reason
    from ranked
),

timed as (
    select
        *,
        coalesce(case when contact_id is null then 'missing_key' end, time_reason) as quarantine_reason
    from typed
)

select
    'takoma_park' as city,
    contact_id,
    'stop' as contact_kind,
    contact_at_utc,
    {{ utc_to_local('contact_at_utc', time_zone) }} as contact_at_local,
    is_ambiguous_time,
    -- A traffic stop is an officer's by its nature.
    'officer' as initiation,
    'type' as initiation_basis,
    cast(null as varchar) as call_id,
    reason,
    outcome,
    cast(null as boolean) as arrest_made,
    cast(null as boolean) as search_conducted,
    cast(null as boolean) as frisk_performed,
    cast(null as boolean) as contraband_found,
    subject_race,
    subject_sex,
    subject_age_group,
    cast(null as varchar) as native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    'traffic_violations' as source_dataset,
    load_id,
    source_file,
    source_line,
    violation_group,
    violations,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed
