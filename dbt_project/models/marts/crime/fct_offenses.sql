select
    offenses.city,
    offenses.offense_id,
    offenses.report_id,
    offenses.source_dataset,
    offenses.offense_at_utc,
    offenses.offense_at_local,
    offenses.offense_time_basis,
    cast(date_trunc('month', offenses.offense_at_local) as date) as month,
    offenses.nibrs_code,
    offenses.offense,
    -- What the source says stands before what the code says.
    coalesce(nullif(offenses.crime_against, 'unknown'), codes.crime_against, 'unknown') as crime_against,
    -- NULL where the code is not in the codebook: unknown is not the same as reported by a victim.
    codes.is_police_generated,
    offenses.report_status,
    offenses.call_id,
    places.zone_id,
    places.beat_id,
    offenses.native_zone as published_beat,
    offenses.location_status,
    offenses.load_id
from {{ ref('offenses') }} as offenses
left join {{ ref('nibrs_offenses') }} as codes
    on offenses.nibrs_code = codes.nibrs_code
left join {{ ref('int_places__zoned') }} as places
    on offenses.city = places.city and offenses.longitude = places.longitude and offenses.latitude = places.latitude
