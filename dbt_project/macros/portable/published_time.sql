{# Published times, each value read by what it is: a column may hold several ways of writing.

   - A value that ends in Z, UTC, GMT or ±hh[:mm] is the instant it says; the offset is never dropped.
   - A number is an instant where the formats name 'epoch_s' or 'epoch_ms' (seconds or milliseconds since 1970).
   - Anything else is the city's wall clock: year first (2024-01-31 or 2024/01/31, the clock after T or a blank), else
     the first of the formats (strptime) that fits. A day without a clock is no time unless a format says so.
   - A year of two digits is one of 1950 to 2049, whether the format says %y or %Y.
   - 0, 00/00/0000, 1900-01-01, 1899-12-30, 1753-01-01, 9999-12-31, the first second of 1970 and the like stand for no
     time, and are NULL.

   The macros take an SQL expression of text. `formats` is a list; without one, the ways of US portals and of
   spreadsheets are tried. #}

{# UTC, as TIMESTAMP; NULL where the text is no time. #}
{% macro published_time_utc(text, time_zone, formats=none) -%}
    {{ return(adapter.dispatch('published_time_utc', 'footprint')(text, time_zone, formats or usual_formats())) }}
{%- endmacro %}

{# What the clock said, whatever offset stands behind it: to judge a time by, and to reckon on a clock that has none.
   NULL where the text is no time. #}
{% macro published_clock_time(text, formats=none) -%}
    {{ return(adapter.dispatch('published_clock_time', 'footprint')(text, formats or usual_formats())) }}
{%- endmacro %}

{# Whether a text stands for no time: empty, or a placeholder. #}
{% macro is_no_time(text, formats=none) -%}
    {{ return(adapter.dispatch('is_no_time', 'footprint')(text, formats or usual_formats())) }}
{%- endmacro %}

{# Whether one of some published times names an hour that comes twice, and does not say which: the wall clock of the
   night on which the city's clocks go back. #}
{% macro is_ambiguous_time(texts, time_zone, formats=none) -%}
    (
        {% for text in ([texts] if texts is string else texts) -%}
        {{ adapter.dispatch('names_an_hour_that_comes_twice', 'footprint')(text, time_zone, formats or usual_formats()) }}
        {%- if not loop.last %} or {% endif %}
        {% endfor -%}
    )
{%- endmacro %}

{# The text of a day and a clock that stand in two columns, as one: of the day what comes before a blank or a T. A clock
   of three or four digits alone (905) has its colon put in. #}
{% macro day_and_clock(day, clock) -%}
    {{ return(adapter.dispatch('day_and_clock', 'footprint')(day, clock)) }}
{%- endmacro %}

{# Why a row cannot be used for the time by which it is counted, the first that is one of some texts; NULL where it can.
   The first day that it may lie on is first_day of the city file. #}
{% macro time_reason(texts, formats=none) -%}
    {%- set texts = [texts] if texts is string else texts -%}
    {%- set clocks = [] -%}
    {%- set empty = [] -%}
    {%- for text in texts -%}
        {%- do clocks.append(published_clock_time(text, formats)) -%}
        {%- do empty.append(is_no_time(text, formats)) -%}
    {%- endfor -%}
    {%- set clock = 'coalesce(' ~ clocks | join(', ') ~ ')' if texts | length > 1 else clocks[0] -%}
    case
        when {{ clock }} >= _first_day then null
        when {{ clock }} < _first_day then 'before_first_day'
        when {{ clock }} is not null then null
        when {{ empty | join(' and ') }} then 'missing_time'
        else 'unreadable_time'
    end
{%- endmacro %}

{# Whether an instant lies in the second pass of an hour that comes twice. `time_zone` is an SQL expression. #}
{% macro is_second_pass(utc, time_zone) -%}
    {{ return(adapter.dispatch('is_second_pass', 'footprint')(utc, time_zone)) }}
{%- endmacro %}

{% macro usual_formats() -%}
    {{ return([
        '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M %p',
        '%Y %b %d %I:%M:%S %p'
    ]) }}
{%- endmacro %}

{% macro default__published_time_utc(text, time_zone, formats) -%}
    case
        {% if is_epoch(formats) -%}
        when {{ is_number(text) }} then {{ epoch_to_utc(text, formats) }}
        {% endif -%}
        when {{ has_offset(text) }}
            then {{ a_time(written_time(without_offset(text), formats)) }} - {{ offset_of(text) }}
        else {{ local_to_utc(a_time(written_time(text, formats)), time_zone) }}
    end
{%- endmacro %}

{% macro default__day_and_clock(day, clock) -%}
    (
        nullif(regexp_extract({{ day }}, '^ *([0-9/.-]+)', 1), '') || ' ' || regexp_replace(
            case when regexp_full_match({{ clock }}, '[0-9]{1,4}') then lpad({{ clock }}, 4, '0') else {{ clock }} end,
            '^ *([0-9]{2})([0-9]{2}) *$', '\1:\2'
        )
    )
{%- endmacro %}

{% macro default__published_clock_time(text, formats) -%}
    {%- set clock -%}
        list_transform(
            [{{ without_offset(text) }}], lambda unzoned: {{ a_time(written_time('unzoned', formats)) }}
        )[1]
    {%- endset -%}
    {% if is_epoch(formats) -%}
    case when {{ is_number(text) }} then {{ epoch_to_utc(text, formats) }} else {{ clock }} end
    {%- else -%}
    {{ clock }}
    {%- endif %}
{%- endmacro %}

{% macro default__is_no_time(text, formats) -%}
    {%- set days = ['%Y-%m-%d', '%m/%d/%Y'] -%}
    coalesce(
        trim({{ text }}) = ''
        or regexp_matches({{ text }}, '{{ zeros() }}')
        or (
            {{ written_time(without_offset(text), formats + days) }} is not null
            and {{ a_time(written_time(without_offset(text), formats + days)) }} is null
        ),
        true
    )
{%- endmacro %}

{% macro default__names_an_hour_that_comes_twice(text, time_zone, formats) -%}
    coalesce(
        case
            {% if is_epoch(formats) -%}
            when {{ is_number(text) }} then false
            {% endif -%}
            -- Most times are read no further: from four o'clock on nothing comes twice.
            when regexp_matches({{ text }}, '[ T](0?[4-9]|1[013-9]|2[0-3]):|[Pp][Mm] *$') then false
            when {{ has_offset(text) }} then false
            else list_transform([{{ a_time(written_time(text, formats)) }}], lambda clock: case
                -- Clocks go back at night, between September and November or, south of the equator, March and May.
                when extract(hour from clock) > 3 or extract(month from clock) in (1, 2, 6, 7, 8, 12) then false
                else {{ is_second_pass(local_to_utc('clock', time_zone), "'" ~ time_zone ~ "'") }}
            end)[1]
        end,
        false
    )
{%- endmacro %}

{% macro default__is_second_pass(utc, time_zone) -%}
    timezone({{ time_zone }}, make_timestamptz(epoch_us({{ utc }})))
    = timezone({{ time_zone }}, make_timestamptz(epoch_us({{ utc }} - interval 1 hour)))
{%- endmacro %}

{# What follows is of DuckDB alone. #}
{% macro is_epoch(formats) -%} {{ return('epoch_s' in formats or 'epoch_ms' in formats) }} {%- endmacro %}

{% macro is_number(text) -%} try_cast({{ text }} as double) is not null {%- endmacro %}

{# Whole seconds from 1973 on have 9 to 11 digits, milliseconds 12 or 13. #}
{% macro epoch_to_utc(text, formats) -%}
    case
        {% if 'epoch_ms' in formats -%}
        when abs(try_cast({{ text }} as double)) >= 1e11 and abs(try_cast({{ text }} as double)) < 2.5e14
            then make_timestamp(cast(try_cast({{ text }} as double) * 1000 as bigint))
        {% endif -%}
        {% if 'epoch_s' in formats -%}
        when abs(try_cast({{ text }} as double)) >= 1e8 and abs(try_cast({{ text }} as double)) < 1e11
            then make_timestamp(cast(try_cast({{ text }} as double) * 1000000 as bigint))
        {% endif -%}
    end
{%- endmacro %}

{# A clock, perhaps with AM or PM, and the offset behind it: the -31 of a bare date is none. #}
{% macro offset_pattern() -%} (:[0-9]{2}([.,][0-9]+)?( ?[AaPp][Mm])?) ?([Zz]|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?) *$ {%- endmacro %}

{% macro zeros() -%} ^[0/:. TZ-]+$|^0000|(^|/)0001 {%- endmacro %}

{% macro has_offset(text) -%} regexp_matches({{ text }}, '{{ offset_pattern() }}') {%- endmacro %}

{% macro without_offset(text) -%} regexp_replace({{ text }}, '{{ offset_pattern() }}', '\1') {%- endmacro %}

{# Zero where the offset is a word. #}
{% macro offset_of(text) -%}
    {%- set offset = "regexp_extract(" ~ text ~ ", '" ~ offset_pattern() ~ "', 4)" -%}
    case
        when {{ offset }} like '-%' or {{ offset }} like '+%'
            then to_minutes(
                cast(left({{ offset }}, 1) || '1' as integer) * (
                    60 * cast(substr({{ offset }}, 2, 2) as integer)
                    + coalesce(try_cast(right(replace({{ offset }}, ':', ''), -3) as integer), 0)
                )
            )
        else to_minutes(0)
    end
{%- endmacro %}

{# The first way of writing that fits. What ISO 8601 says is left to the cast, which reads it faster. #}
{% macro written_time(text, formats) -%}
    {%- set is_day = '%Y-%m-%d' in formats or '%Y/%m/%d' in formats -%}
    {%- set others = [] -%}
    {%- for format in formats if not (
        format.startswith('epoch') or modules.re.match('%Y[-/]%m[-/]%d([T ]%H:%M(:%S(\.%f)?)?)?$', format)
    ) -%}
        {# %Y reads two digits as well and leaves the century to a_time; before another digit it would read four. #}
        {%- do others.append(modules.re.sub('%y(?!%)', '%Y', format)) -%}
    {%- endfor -%}
    coalesce(
        case
            when
                regexp_matches(
                    {{ text }}, '^ *[1-9][0-9]{3}[-/][0-9]{1,2}[-/][0-9]{1,2}{{ "" if is_day else "[T ]" }}'
                )
                then try_cast({{ text }} as timestamp)
        end
        {%- for format in others | unique %},
        try_strptime({{ text }}, '{{ format }}')
        {%- endfor %}
    )
{%- endmacro %}

{# Of a time as it is written: the century, and NULL for what stands for none. #}
{% macro a_time(wall) -%}
    list_transform([{{ wall }}], lambda written: case
        when written > timestamp '1970-01-02' and written < timestamp '2900-01-01' then written
        -- The first second of 1970 in UTC, on any city's clock.
        when abs(epoch(written)) <= 43200 and epoch(written) % 3600 = 0 then null
        when year(written) < 50 then written + interval 2000 year
        when year(written) < 100 then written + interval 1900 year
        when year(written) >= 2900 then null
        when cast(written as date) in (
            date '1900-01-01', date '1899-12-30', date '1899-12-31', date '1800-01-01', date '1753-01-01'
        ) then null
        else written
    end)[1]
{%- endmacro %}
