"""The web edge of Hookscope: pages, questions over HTTP, traces over Socket.IO, the command line."""
