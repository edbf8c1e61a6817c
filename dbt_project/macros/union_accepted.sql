{# The accepted rows of every staging model that feeds an entity, as one relation. `columns` are named once, in the
   canonical model: a city's staging model meets the contract by having columns of these names and types.
   Models of cities without a load were not built and are left out, so that a run costs what its own cities cost.
   A column of `optional` is NULL in a model that does not have it: few publishers say it. #}
{% macro union_accepted(entity, columns, optional=[]) -%}
{% set built = built_models(entity) -%}
{% for staging_model in built %}
{% set there = columns_of(ref(staging_model)) if optional else [] %}
select
    {% for column in columns -%}
    {% if column in optional and column not in there -%}
    cast(null as {{ model.columns[column].data_type if execute else 'varchar' }}) as {{ column }}
    {%- else -%}
    {{ column }}
    {%- endif %}{% if not loop.last %},{% endif %}
    {% endfor %}
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

{# The names of a relation's columns. #}
{% macro columns_of(relation) -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list if execute else []) }}
{%- endmacro %}

{# The entity that a staging model feeds. #}
{% macro entity_of(staging_model) -%}
    {{ return((staged_models() | selectattr(0, 'equalto', staging_model) | first)[1]) }}
{%- endmacro %}
