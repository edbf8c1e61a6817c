{# A key for rows that have none: the MD5 of their columns, NULL read as empty. Equal rows get equal hashes. #}
{% macro row_hash(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce({{ column }}, ''){% endfor %}))
{%- endmacro %}
