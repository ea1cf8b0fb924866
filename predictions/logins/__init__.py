"""How people log in to the back-office, and how they get back in."""
