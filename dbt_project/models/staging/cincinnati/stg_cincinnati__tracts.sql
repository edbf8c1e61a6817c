{{ county_tracts('cincinnati', '061', "tractce < '011200' or tractce between '026300' and '027899'") }}
