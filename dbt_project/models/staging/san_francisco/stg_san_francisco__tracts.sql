{{ county_tracts('san_francisco', '075') }}
