"""Templates of members' lists: workbooks in nine languages that networks and clusters fill in."""
