{{ union_accepted('budget_lines', [
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
