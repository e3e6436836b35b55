"""The functions of the modeled user program that uprobes can be attached to.

It is a small web server, `httpd`, made up for this; its arguments are in the registers as always on x86-64.
"""

from typing import Final

from vm.uapi.trace_rows import TraceRow
from vm.uapi.tracing import Argument, Prototype

_FILE: Final = "httpd.c"
_TEXT: Final = ("const char *", "other", "char")
USER_ROWS: Final = (
    TraceRow("handle_request", "The server answers a request.", "handle_request", _FILE),
    TraceRow("parse_header", "The server reads a line of a request.", "parse_header", _FILE),
    TraceRow("check_password", "The server compares a password.", "check_password", _FILE),
)
USER_FUNCTIONS: Final = {
    "handle_request": Prototype(
        (Argument("fd", "int", "number", "", 4, True), Argument("path", *_TEXT),
         Argument("length", "unsigned long", "number")),
        Argument("", "int", "number", "", 4, True),
    ),
    "parse_header": Prototype((Argument("line", *_TEXT),), Argument("", "int", "number", "", 4, True)),
    "check_password": Prototype(
        (Argument("user", *_TEXT), Argument("password", *_TEXT)), Argument("", "int", "number", "", 4, True)
    ),
}  # fmt: skip
"""Arguments and results of those functions."""
