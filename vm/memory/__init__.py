"""Guest memory: regions with addresses, checked access, pointer values that know their region."""
