{# What shares of demand are of, by name: the condition that a call of demand.fct_calls meets. Who started a call is not
   always known; community and community_or_unknown are then the bounds of what the community asked for. #}
{% macro denominators() -%}
    {{ return({
        'community': "population = 'demand' and " ~ is_initiation_known('initiation'),
        'unknown_initiation': "population = 'demand' and not " ~ is_initiation_known('initiation'),
        'community_or_unknown': "population = 'demand'",
        'community_and_officer': "population in ('demand', 'officer_initiated')",
    }) }}
{%- endmacro %}

{# Whether somebody says who started a call. #}
{% macro is_initiation_known(initiation) -%}
    (coalesce({{ initiation }}, 'unknown') <> 'unknown')
{%- endmacro %}

{# What may be said of community demand where so many of these calls may be officers' own. #}
{% macro initiation_status(unknown_calls, calls) -%}
    case
        when {{ unknown_calls }} > {{ var('prevailing_unknown_initiation') }} * {{ calls }} then 'insufficient_data'
        when {{ unknown_calls }} > {{ var('material_unknown_initiation') }} * {{ calls }} then 'unreliable'
        else 'ok'
    end
{%- endmacro %}
