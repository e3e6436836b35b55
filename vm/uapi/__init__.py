"""Facts of the Linux 6.18 user API as tables: types, helpers, constants, errors, structures."""
