{# Whether the state of a report says that nothing had happened (FBI: false or baseless). #}
{% macro is_unfounded(report_status) -%}
    {%- set said = "lower(coalesce(" ~ report_status ~ ", ''))" -%}
    {%- set words = '(^|[^a-z])(unf|unfound|unfounded|baseless|no crime|not a crime|no offen[cs]e|false report)([^a-z]|$)' -%}
    (
        {{ first_match(said, words, 0) }} <> ''
        and {{ first_match(said, '(^|[^a-z])not (unf|unfounded|baseless)([^a-z]|$)', 0) }} = ''
    )
{%- endmacro %}
