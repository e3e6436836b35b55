"""What the files of a lesson's folder may hold; docs/authoring.md explains it."""
