{# The content of a row of a raw table, for comparison alone: the MD5 of its columns but for those that the warehouse
   adds (they begin with _), numbers that a server gives anew each night, and those of the lines: a first column without
   a name, as spreadsheets and data frames save it. Equal rows have equal hashes. It must never
   be published: who knows what a row may say can find the row that says it. #}
{% macro row_hash() -%}
    {{ return(adapter.dispatch('row_hash', 'footprint')()) }}
{%- endmacro %}

{% macro default__row_hash() -%}
    md5(cast([*columns(
        lambda name: not starts_with(name, '_') and name not in ('objectid', 'fid', 'column_1', 'unnamed_0')
    )] as varchar))
{%- endmacro %}
