"""Gate canonical: every city's rows reached the contract, and describe the city and time they claim to."""
