"""JSON of the Socket.IO connection, which bears anything that is sent."""

import json
from typing import Any

UNREADABLE = "unreadable"
"""The event that stands for a message whose JSON could not be read."""


class BearingJson:
    """The interface python-socketio wants of a JSON module; reading never raises, which would end the
    connection, and with it whatever else the learner is doing."""

    @staticmethod
    def dumps(value: object, **options: Any) -> str:
        """See ``json.dumps``."""
        return json.dumps(value, **options)

    @staticmethod
    def loads(text: str | bytes, **options: Any) -> Any:
        """See ``json.loads``; what is no JSON, or too deep or too large a number, is the event UNREADABLE."""
        try:
            return json.loads(text, **options)
        except (ValueError, RecursionError):
            return [UNREADABLE]
