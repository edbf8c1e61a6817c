with coded as (
    select
        offenses.*,
        -- What the source says stands before what the code says.
        coalesce(nullif(offenses.crime_against, 'unknown'), codes.crime_against, 'unknown') as known_crime_against,
        -- NULL where the code is not in the codebook: unknown is not the same as reported by a victim.
        codes.is_police_generated
    from {{ ref('offenses') }} as offenses
    left join {{ ref('nibrs_offenses') }} as codes
        on offenses.nibrs_code = codes.nibrs_code
),

judged as (
    select
        *,
        case
            when {{ is_unfounded('report_status') }} or lower(offense) like '%unfounded%' then 'unfounded'
            when known_crime_against = 'not_a_crime' then 'not_a_crime'
        end as not_counted_reason
    from coded
)

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
    offenses.known_crime_against as crime_against,
    offenses.is_police_generated,
    case
        when offenses.not_counted_reason is not null then null
        when offenses.is_police_generated then 'offenses_police_generated'
        when not offenses.is_police_generated then 'offenses'
        else 'offenses_unclassified'
    end as measure,
    offenses.not_counted_reason,
    offenses.report_status,
    offenses.call_id,
    places.zone_id,
    places.beat_id,
    offenses.native_zone as published_beat,
    offenses.location_status,
    offenses.load_id
from judged as offenses
left join {{ ref('int_places__zoned') }} as places
    on offenses.city = places.city and offenses.longitude = places.longitude and offenses.latitude = places.latitude
