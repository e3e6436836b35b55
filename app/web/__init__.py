"""Flask and Socket.IO: routes and handlers that only translate."""
