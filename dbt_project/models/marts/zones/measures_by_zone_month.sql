{% set measures = {
    'calls': ('calls_by_zone_month', 'demand_calls'),
    'contacts': ('contacts_by_zone_month', 'contacts'),
    'offenses': ('offenses_by_zone_month', 'offenses'),
} %}

{% for measure, (mart, n) in measures.items() %}
select
    city,
    zone_kind,
    zone_id,
    month,
    '{{ measure }}' as measure,
    {{ n }} as n,
    covered_days,
    status
from {{ ref(mart) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
