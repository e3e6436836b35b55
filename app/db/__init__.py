"""What is kept on the server: workspaces, their revisions, and links."""
