"""Which of a week's values are signals and which are routine: process behaviour charts of one-step forecast errors."""
