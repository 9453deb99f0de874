"""Whether inputs move the North Star, and the North Star an outcome: what the numbers can say, and at which risk."""
