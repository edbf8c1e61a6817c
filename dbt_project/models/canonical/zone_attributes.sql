{# What each city's zones carry: (staging model, variables, whether margins of error come with them). #}
{% set published = [
    ('stg_riverbend__zones', ['b01003_001', 'b17001_001', 'b17001_002', 'b19013_001'], true),
    ('stg_seattle__tracts', ['b01003_001', 'b17001_002', 'b19013_001'], false),
] %}

{% for model, variables, has_margins in published %}
{% set outer_loop = loop %}
{% for variable in variables %}
select
    city,
    zone_kind,
    zone_id,
    '{{ variable | upper }}' as variable,
    {{ variable }}e as estimate,
    {% if has_margins %}{{ variable }}m{% else %}cast(null as double){% endif %} as margin_of_error,
    source_dataset,
    load_id,
    source_file,
    source_line
from {{ ref(model) }}
where row_status = 'accepted'
{% if not (loop.last and outer_loop.last) %}union all{% endif %}
{% endfor %}
{% endfor %}
