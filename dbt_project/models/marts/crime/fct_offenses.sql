select
    offenses.city,
    offenses.offense_id,
    offenses.report_id,
    offenses.source_dataset,
    offenses.offense_at_utc,
    offenses.offense_at_local,
    offenses.offense_time_basis,
    classified.month,
    offenses.nibrs_code,
    offenses.offense,
    classified.crime_against,
    classified.is_police_generated,
    classified.measure,
    classified.not_counted_reason,
    offenses.report_status,
    offenses.call_id,
    places.zone_id,
    places.beat_id,
    offenses.native_zone as published_beat,
    offenses.location_status,
    offenses.load_id
from {{ ref('offenses') }} as offenses
inner join {{ ref('int_offenses__classified') }} as classified
    on offenses.city = classified.city and offenses.offense_id = classified.offense_id
left join {{ ref('int_places__zoned') }} as places
    on offenses.city = places.city and offenses.longitude = places.longitude and offenses.latitude = places.latitude
