"""What regions and actors have in common, and who should meet: read from the relations of a release."""
