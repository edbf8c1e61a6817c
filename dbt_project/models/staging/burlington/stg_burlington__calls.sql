{% set time_zone = 'America/New_York' %}
{% set readable = published_clock_time('call_time') ~ ' is not null' %}
{% set no_place_by_rule = [
    'Domestic Disturbance', 'Domestic Assault - Felony', 'Domestic Assault - Misd', 'TRO/FRO Service',
    'TRO/FRO Violation', 'Juvenile Problem', 'CHINS', 'Cruelty to a Child', 'Custodial Interference',
    'Sexual Assault', 'Lewd and Lascivious Conduct', 'Prohibited Acts', 'Stalking', 'Suicide - Attempted',
    'Unlawful Restraint', 'Voyeurism'
] %}

with versions as (
    {{ rank_versions(source('burlington', 'police_incidents'), ['incident_number'], '_load_number', readable) }}
),

typed as (
    select
        incidents.incident_number as call_id,
        -- The city's clock was taken for UTC and shifted again, so the instant read as UTC is the wall clock: numbers
        -- of 2022 begin at 00:45 on 1 January instead of 19:45 the day before, quiet hours are 3 to 5 instead of 23
        -- to 1, and the published hour, weekday and month are those of this clock.
        {{ published_time_utc('incidents.call_time', 'UTC') }} as called_at,
        nullif(incidents.call_type, 'NA') as call_type,
        nullif(incidents.call_type_group, 'NA') as type_group,
        nullif(incidents.call_origin, 'NA') as call_origin,
        nullif(incidents.priority, 'NA') as priority,
        nullif(incidents.area, 'NA') as native_zone,
        nullif(incidents.street, 'NA') as street,
        nullif(incidents.ward, 'NA') as ward,
        nullif(incidents.district, 'NA') as district,
        incidents.mental_health = '1' as is_mental_health_related,
        incidents.drug_related = '1' as is_drug_related,
        incidents.dv_related = '1' as is_domestic_violence_related,
        incidents.alcohol_related = '1' as is_alcohol_related,
        try_cast(incidents.longitude as double) as published_longitude,
        try_cast(incidents.latitude as double) as published_latitude,
        -- None of these types ever has a coordinate, nearly all others do.
        {{ location_status(
            'incidents.longitude', 'incidents.latitude',
            "incidents.latitude = 'NA' and incidents.call_type in ('" ~ no_place_by_rule | join("', '") ~ "')"
        ) }} as location_status,
        {{ is_ambiguous_time("replace(incidents.call_time, 'Z', '')", time_zone) }} as is_ambiguous_time,
        {{ time_reason('incidents.call_time') }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        incidents._load_id as load_id,
        incidents._file as source_file,
        incidents._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('burlington', 'police_incidents') }} as incidents
    left join versions
        on {{ same_row('incidents', 'versions') }}
),

timed as (
    select
        *,
        {{ local_to_utc('called_at', time_zone) }} as called_at_utc,
        -- Nobody calls a foot patrol in, though 265 of 486 are said to have been reported by phone, 911 or in person.
        case
            when call_type = 'Foot Patrol' or call_origin = 'Officer/Radio' then 'officer'
            when call_origin in ('Phone', '911', 'Online Report', 'In Person') then 'community'
            else 'unknown'
        end as initiation,
        coalesce(case when call_id is null then 'missing_key' end, time_reason, identity_reason) as quarantine_reason
    from typed
)

select
    'burlington' as city,
    call_id,
    called_at_utc as call_at_utc,
    {{ utc_to_local('called_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    called_at_utc as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    cast(null as timestamp) as arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
    initiation,
    case
        when initiation = 'unknown' then 'none'
        when call_type = 'Foot Patrol' and coalesce(call_origin, '') <> 'Officer/Radio' then 'type'
        else 'explicit'
    end as initiation_basis,
    call_origin as channel,
    priority,
    cast(null as varchar) as initial_type,
    call_type as final_type,
    type_group,
    cast(null as varchar) as disposition,
    cast(null as varchar) as parent_call_id,
    -- A street without a number is no block: calls along it would pass for repeats of one event.
    cast(null as varchar) as block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'police_incidents' as source_dataset,
    load_id,
    source_file,
    source_line,
    street,
    ward,
    district,
    is_mental_health_related,
    is_drug_related,
    is_domestic_violence_related,
    is_alcohol_related,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed
