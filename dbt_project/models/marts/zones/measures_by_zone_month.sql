select
    city,
    zone_kind,
    zone_id,
    month,
    'calls' as measure,
    demand_calls as n
from {{ ref('calls_by_zone_month') }}
union all
select
    city,
    zone_kind,
    zone_id,
    month,
    'contacts' as measure,
    contacts as n
from {{ ref('contacts_by_zone_month') }}
{% for measure, column in {
    'offenses': 'offenses',
    'offenses_police_generated': 'police_generated_offenses',
    'offenses_unclassified': 'unclassified_offenses'
}.items() -%}
union all
select
    city,
    zone_kind,
    zone_id,
    month,
    '{{ measure }}' as measure,
    {{ column }} as n
from {{ ref('offenses_by_zone_month') }}
where {{ column }} is distinct from 0
{% endfor -%}
