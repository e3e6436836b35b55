"""Headers, compression and origin checks on every response and request."""

import gzip
import secrets

from flask import Flask, Response, abort, g, request

_COMPRESSED = ("application/json", "text/html", "text/css", "text/javascript", "image/svg+xml")
_WORTH_IT = 1_024


def install(app: Flask) -> None:
    """Adds the checks and headers to ``app``."""
    app.before_request(_nonce)
    app.before_request(_same_origin)
    app.after_request(_headers)
    app.after_request(_compress)
    app.add_template_global(lambda: g.nonce, "nonce")


def _nonce() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _same_origin() -> None:
    """Refuses a changing request that another site's page sent."""
    origin = request.headers.get("Origin")
    if request.method not in ("GET", "HEAD", "OPTIONS") and origin and origin != request.host_url.rstrip("/"):
        abort(403)


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' 'nonce-{g.get('nonce', '')}'; "
        f"style-src 'self' 'nonce-{g.get('nonce', '')}'; connect-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


def _compress(response: Response) -> Response:
    """Gzips text for browsers that take it; the built files are many times smaller so."""
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    if not takes or response.status_code != 200 or response.mimetype not in _COMPRESSED:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= _WORTH_IT and "Content-Encoding" not in response.headers:
        response.set_data(gzip.compress(body, 6))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
    return response
