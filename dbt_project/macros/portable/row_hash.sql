{# The content of a row of a raw table, for comparison alone: the MD5 of its columns but for those that the warehouse
   adds (they begin with _) and numbers that a server gives anew each night. Equal rows have equal hashes. It must never
   be published: who knows what a row may say can find the row that says it. #}
{% macro row_hash() -%}
    {{ return(adapter.dispatch('row_hash', 'footprint')()) }}
{%- endmacro %}

{% macro default__row_hash() -%}
    md5(cast([*columns(lambda name: not starts_with(name, '_') and name not in ('objectid', 'fid', 'sheet'))] as varchar))
{%- endmacro %}
