{% set records = {
    'calls': ("''", 'call_id'),
    'contacts': ('contact_kind', 'contact_id'),
    'offenses': ("''", 'offense_id'),
} -%}

{% for entity, (kind, key) in records.items() %}
select
    records.city,
    '{{ entity }}' as entity,
    {{ kind }} as record_kind,
    records.{{ key }} as record_id,
    near.zone_kind,
    near.zone_id
from {{ ref(entity) }} as records
inner join {{ source('enrich', 'near_other_zones') }} as near
    on
        records.city = near.city
        and records.longitude = near.longitude
        and records.latitude = near.latitude
{% if not loop.last %}union all{% endif %}
{% endfor %}
