{% set time_zone = 'America/Chicago' %}
{% set readable = published_clock_time('date') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('chicago', 'crimes'), ['id'], published_clock_time('updated_on'), readable
    ) }}
),

typed as (
    select
        -- In the sample, whole numbers were saved with a decimal: 11023904.0, beat 111.0 for 0111.
        split_part(crimes.id, '.', 1) as offense_id,
        crimes.case_number as report_id,
        {{ published_time_utc('crimes.date', time_zone) }} as occurred_at_utc,
        -- In the sample, leading zeros were lost from the codes that look like numbers: 6 is 06.
        case when length(crimes.fbi_code) = 1 then '0' || crimes.fbi_code else crimes.fbi_code end as fbi_code,
        case crimes.description
            when 'RETAIL THEFT' then '23C'
            when 'POCKET-PICKING' then '23A'
            when 'PURSE-SNATCHING' then '23B'
            when 'FROM BUILDING' then '23D'
        end as larceny_code,
        crimes.iucr,
        crimes.primary_type || ': ' || crimes.description as offense,
        crimes.primary_type,
        lower(crimes.arrest) = 'true' as arrest_made,
        lower(crimes.domestic) = 'true' as is_domestic,
        crimes.block as block_address,
        lpad(split_part(crimes.beat, '.', 1), 4, '0') as native_zone,
        -- 0 stands for none.
        nullif(split_part(crimes.community_area, '.', 1), '0') as community_area,
        try_cast(crimes.longitude as double) as published_longitude,
        try_cast(crimes.latitude as double) as published_latitude,
        {{ location_status('crimes.longitude', 'crimes.latitude') }} as location_status,
        {{ time_reason('crimes.date') }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time('crimes.date', time_zone) }} as is_ambiguous_time,
        crimes._load_id as load_id,
        crimes._file as source_file,
        crimes._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('chicago', 'crimes') }} as crimes
    left join versions
        on {{ same_row('crimes', 'versions') }}
),

coded as (
    select
        *,
        -- The FBI codes are those of the older summary reports. Each is given its NIBRS code where it has exactly
        -- one; larceny, fraud and gambling are several offenses in NIBRS and get the group's where no word says which.
        case fbi_code
            when '01A' then '09A'
            when '01B' then '09B'
            when '02' then '11A'
            when '03' then '120'
            when '04A' then '13A'
            when '04B' then '13A'
            when '05' then '220'
            when '06' then coalesce(larceny_code, '23*')
            when '07' then '240'
            when '08A' then '13B'
            when '08B' then '13B'
            when '09' then '200'
            when '10' then '250'
            when '11' then '26*'
            when '12' then '270'
            when '13' then '280'
            when '14' then '290'
            when '15' then '520'
            when '16' then '40A'
            when '17' then '11D'
            when '18' then '35A'
            when '19' then '39*'
            when '20' then '90F'
            when '22' then '90G'
            when '24' then '90C'
            when '26' then case primary_type when 'CRIMINAL TRESPASS' then '90J' else '90Z' end
        end as nibrs_code,
        case
            -- The only type whose words say so; its FBI code is that of all other offenses.
            when primary_type like 'NON%CRIMINAL%' then 'not_a_crime'
            when fbi_code in ('01A', '01B', '02', '04A', '04B', '08A', '08B', '17', '20') then 'person'
            when fbi_code in ('03', '05', '06', '07', '09', '10', '11', '12', '13', '14') then 'property'
            when fbi_code in ('15', '16', '18', '19', '22', '24', '26') then 'society'
            else 'unknown'
        end as crime_against,
        coalesce(
            case when offense_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'chicago' as city,
    offense_id,
    report_id,
    occurred_at_utc as offense_at_utc,
    {{ utc_to_local('occurred_at_utc', time_zone) }} as offense_at_local,
    is_ambiguous_time,
    'occurred' as offense_time_basis,
    cast(null as timestamp) as occurred_to_utc,
    cast(null as timestamp) as reported_at_utc,
    nibrs_code,
    offense,
    crime_against,
    cast(null as varchar) as report_status,
    cast(null as varchar) as call_id,
    block_address,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'crimes' as source_dataset,
    load_id,
    source_file,
    source_line,
    fbi_code,
    iucr,
    community_area,
    arrest_made,
    is_domestic,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from coded
