{% set measures = {
    'calls': ('calls_by_zone_month', 'demand_calls'),
    'contacts': ('contacts_by_zone_month', 'contacts'),
    'offenses': ('offenses_by_zone_month', 'offenses'),
    'offenses_police_generated': ('offenses_by_zone_month', 'police_generated_offenses'),
    'offenses_unclassified': ('offenses_by_zone_month', 'unclassified_offenses'),
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
    {% if measure == 'contacts' -%}
    case when contacts is null then contacts_status else status end as status
    {%- else -%}
    status
    {%- endif %}
from {{ ref(mart) }}
-- A city without offenses of unknown kind has no such measure, rather than many noughts.
{% if mart == 'offenses_by_zone_month' %}where {{ n }} is distinct from 0{% endif %}
{% if not loop.last %}union all{% endif %}
{% endfor %}
