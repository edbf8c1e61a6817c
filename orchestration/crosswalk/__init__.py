"""The crosswalk of call types: proposals from words, and their way into the seed once a person has accepted them."""
