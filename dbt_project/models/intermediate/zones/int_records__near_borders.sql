with near_places as (
    select distinct
        city,
        longitude,
        latitude
    from {{ source('enrich', 'near_other_zones') }}
),

{% set located = {'calls': ("''", 'call_id'), 'contacts': ('contact_kind', 'contact_id'), 'offenses': ("''", 'offense_id')} -%}

-- Facts have no coordinates; they are looked up for places near a border alone.
placed as (
    {% for entity, (kind, key) in located.items() %}
    select
        records.city,
        '{{ entity }}' as entity,
        {{ kind }} as record_kind,
        records.{{ key }} as record_id,
        records.longitude,
        records.latitude
    from {{ ref(entity) }} as records
    inner join near_places
        on
            records.city = near_places.city
            and records.longitude = near_places.longitude
            and records.latitude = near_places.latitude
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counted as (
    {{ counted_records() }}
)

select
    counted.city,
    counted.measure,
    counted.entity,
    counted.record_kind,
    counted.record_id,
    counted.zone_id,
    counted.beat_id,
    counted.month,
    counted.day,
    placed.longitude,
    placed.latitude
from counted
inner join placed
    on
        counted.city = placed.city
        and counted.entity = placed.entity
        and counted.record_kind = placed.record_kind
        and counted.record_id = placed.record_id
-- A month counts its covered days alone.
inner join {{ ref('int_covered_days') }} as days
    on counted.city = days.city and counted.entity = days.measure and counted.day = days.day
