"""What is counted for each day of the newsroom, and kept when what it was counted from is gone."""
