{{ config(materialized='table') }}

{# Of each dated entity the wall clock that its records are counted by, and the part of the measure they make up. A part
   that is missing is not made good by another: a day of arrests alone is no day of contacts. #}
{% set dated = {
    'calls': ('call_at_local', "'calls'"),
    'contacts': ('contact_at_local', 'contact_kind'),
    'offenses': ('offense_at_local', "'offenses'"),
    'requests': ('requested_at_local', 'channel'),
} %}

{% for entity, (time, part) in dated.items() %}
select
    city,
    '{{ entity }}' as entity,
    source_dataset as data_set,
    {{ part }} as part,
    cast({{ time }} as date) as day,
    count(*) as records
from {{ ref(entity) }}
where {{ time }} is not null
group by
    city, source_dataset, {{ 'cast(%s as date)' | format(time) }}
    {%- if not part.startswith("'") %}, {{ part }}{% endif %}
{% if not loop.last %}union all{% endif %}
{% endfor %}
