{# The accepted rows of several staging models as one relation. `columns` are named once, in the canonical model:
   a city's staging model meets the contract by having columns of these names and types. #}
{% macro union_accepted(staging_models, columns) -%}
{% for model in staging_models %}
select
    {{ columns | join(',\n    ') }}
from {{ ref(model) }}
where row_status = 'accepted'
{% if not loop.last %}union all{% endif %}
{% endfor %}
{%- endmacro %}
