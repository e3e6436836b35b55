"""The messages between browser and server. The browser's types are generated from these models."""
