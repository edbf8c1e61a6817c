{{ union_accepted([
    'stg_riverbend__budget_lines',
    'stg_seattle__budget_lines'
], [
    'city',
    'budget_line_id',
    'fiscal_year',
    'phase',
    'department',
    'division',
    'program',
    'fund',
    'amount',
    'sworn_fte',
    'civilian_fte',
    'source_dataset',
    'load_id',
    'source_file',
    'source_line'
]) }}
