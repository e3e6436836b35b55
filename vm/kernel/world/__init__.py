"""The modeled world as data: what there is, what happens in it, and where programs are attached."""
