"""Kill -9 at every step that has a name, and disks and systems that refuse: nothing acknowledged is lost."""
