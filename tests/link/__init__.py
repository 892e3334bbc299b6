"""Two tables of organisations: which rows are one."""
