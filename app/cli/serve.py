"""``hookscope serve``: the web application on one machine."""

import os
import socket
from ipaddress import ip_address
from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="TCP port.")
@click.option(
    "--ask-kernel",
    is_flag=True,
    help="Let the JIT page load and test-run programs in this computer's own kernel; never attaches any.",
)
@click.option(
    "--author",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work on the lessons of this folder, at /author; only from this computer.",
)
@click.option("--debug", is_flag=True, help="Reload Python files as they change.")
def serve(host: str, port: int, ask_kernel: bool, author: Path | None, debug: bool) -> None:
    """Start the web application."""
    from app import create_app

    if author is not None:
        _only_here("--author", host)
        os.environ["HOOKSCOPE_AUTHOR"] = os.environ["HOOKSCOPE_LESSONS"] = str(author.resolve())
    if ask_kernel:
        _only_here("--ask-kernel", host)
        os.environ["HOOKSCOPE_ASK_KERNEL"] = "1"
    if not debug:  # the reloader's second process finds the port held by the first
        port = _bindable(host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Hookscope is at http://{shown}:{port}  (Ctrl+C ends it)")
    if author is not None:
        click.echo(f"The lessons of {author} can be worked on at http://{shown}:{port}/author")
    if debug or not _gunicorn(shown, port):
        app = create_app()
        app.extensions["socketio"].run(
            app, host=host, port=port, use_reloader=debug, allow_unsafe_werkzeug=True
        )


def _only_here(option: str, host: str) -> None:
    """Refuses what is for this computer's own people alone where others can come."""
    if host != "localhost" and not _is_loopback(host):
        raise click.ClickException(f"{option} is for one's own computer alone, and {host} is open to others")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bindable(host: str, port: int) -> int:
    """The port to listen on, 0 made into a free one; says so at once where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as probe:
            return int(probe.getsockname()[1])
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host}, port {port}: {error.strerror} (another port is --port {port + 1})"
        ) from error


def _gunicorn(host: str, port: int) -> bool:
    """Serves with gunicorn until it ends; False where gunicorn does not exist (Windows)."""
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError:
        return False
    from app import create_app

    class Server(BaseApplication):  # type: ignore[misc]
        """One process, a thread per connection: a WebSocket holds its thread."""

        def load_config(self) -> None:
            options = {
                "bind": f"{host}:{port}",
                "worker_class": "gthread",
                "workers": 1,
                "threads": 200,
                "control_socket_disable": True,
                "loglevel": "warning",
                "graceful_timeout": 3,
            }
            for key, value in options.items():
                self.cfg.set(key, value)

        def load(self) -> object:
            return create_app()

    Server().run()
    return True
