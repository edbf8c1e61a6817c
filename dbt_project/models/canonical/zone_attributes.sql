{# What each city's zones carry: (staging model, variables, whether margins of error come with them). #}
{% set published = [
    ('stg_riverbend__zones', ['b01003_001', 'b17001_001', 'b17001_002', 'b19013_001'], true),
    ('stg_seattle__tracts', ['b01003_001', 'b17001_002', 'b19013_001'], false),
] %}

{% set of_zones = [] %}
{% for staging_model, variables, has_margins in published %}
{% set relation = ref(staging_model) %}
{% for variable in variables if is_built(relation) %}
{% do of_zones.append((relation, variable, has_margins)) %}
{% endfor %}
{% endfor %}

{% for relation, variable, has_margins in of_zones %}
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
from {{ relation }}
where row_status = 'accepted'
{% if not loop.last %}union all{% endif %}
{% else %}
{{ no_rows(model, model.columns.keys()) }}
{% endfor %}
