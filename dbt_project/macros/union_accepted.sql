{# The accepted rows of every staging model that feeds an entity, as one relation. `columns` are named once, in the
   canonical model: a city's staging model meets the contract by having columns of these names and types.
   Models of cities without a load were not built and are left out, so that a run costs what its own cities cost. #}
{% macro union_accepted(entity, columns) -%}
{% set built = built_models(entity) -%}
{% for staging_model in built %}
select
    {{ columns | join(',\n    ') }}
from {{ ref(staging_model) }}
where row_status = 'accepted'
{% if not loop.last %}union all{% endif %}
{% else %}
{{ no_rows(model, columns) }}
{% endfor %}
{%- endmacro %}

{# A relation without rows, of columns with the types of the model's contract (which dbt knows only once it has read
   the whole project). #}
{% macro no_rows(model, columns) -%}
select
    {% for column in columns -%}
    cast(null as {{ model.columns[column].data_type if execute else 'varchar' }}) as {{ column }}{% if not loop.last %},{% endif %}
    {% endfor %}
where false
{%- endmacro %}

{# The staging models (of one entity) that this run has built. #}
{% macro built_models(entity=none) -%}
    {% set built = [] %}
    {% for name, feeds in staged_models() if entity is none or feeds == entity %}
        {# The reference makes the lineage, built or not. #}
        {% set relation = ref(name) %}
        {% if is_built(relation) %}{% do built.append(name) %}{% endif %}
    {% endfor %}
    {{ return(built) }}
{%- endmacro %}

{# Whether this run has built a model. #}
{% macro is_built(relation) -%}
    {{ return(execute and load_relation(relation) is not none) }}
{%- endmacro %}

{# The entity that a staging model feeds. #}
{% macro entity_of(staging_model) -%}
    {{ return((staged_models() | selectattr(0, 'equalto', staging_model) | first)[1]) }}
{%- endmacro %}
