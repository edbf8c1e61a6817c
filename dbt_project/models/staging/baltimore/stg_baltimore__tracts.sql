{{ county_tracts('baltimore', '510') }}
