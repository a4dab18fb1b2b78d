"""The floor of the house: it knows neither packages nor people."""
