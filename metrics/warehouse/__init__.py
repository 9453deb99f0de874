"""The warehouse: observations in, values of any period out."""
