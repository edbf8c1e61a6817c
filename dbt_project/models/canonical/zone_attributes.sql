{# Every census variable that a staging model of zones has: its estimate (b01003_001e) and its margin (b01003_001m),
   where that came with it. #}
{% set of_zones = [] %}
{% for staging_model in built_models('zones') %}
{% set names = columns_of(ref(staging_model)) %}
{% for name in names if modules.re.match('b[0-9]{5}[a-z]*_[0-9]{3}e$', name) %}
{% do of_zones.append((staging_model, name[:-1], name[:-1] ~ 'm' in names)) %}
{% endfor %}
{% endfor %}

{% for staging_model, variable, has_margin in of_zones %}
select
    city,
    zone_kind,
    zone_id,
    '{{ variable | upper }}' as variable,
    {{ variable }}e as estimate,
    {% if has_margin %}{{ variable }}m{% else %}cast(null as double){% endif %} as margin_of_error,
    source_dataset,
    load_id,
    source_file,
    source_line
from {{ ref(staging_model) }}
where row_status = 'accepted'
{% if not loop.last %}union all{% endif %}
{% else %}
{{ no_rows(model, model.columns.keys()) }}
{% endfor %}
