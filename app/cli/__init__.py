"""The ``hookscope`` command; one file per family of verbs."""

from importlib.metadata import PackageNotFoundError, version

import click

from app.cli import runs, serve, tools, verify
from vm.source import HookscopeError


class _Refused(click.ClickException):
    """What cannot be done with this input: one line on standard error, and status 1."""

    def __init__(self, error: HookscopeError) -> None:
        super().__init__(str(error.diagnostic))

    def show(self, file: object = None) -> None:
        """Prints the diagnostic as it is: it says itself that it is an error."""
        click.echo(self.message, err=True)


class _Verbs(click.Group):
    """One place for the errors of every verb."""

    def invoke(self, ctx: click.Context) -> object:
        """Carries out the verb."""
        try:
            return super().invoke(ctx)
        except HookscopeError as error:
            raise _Refused(error) from error


def _version() -> str:
    try:
        return version("hookscope")
    except PackageNotFoundError:
        return "(a checkout)"


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="hookscope")
def main() -> None:
    """Learn eBPF: write a program, attach it, send it a packet, step it both ways."""


for command in (
    serve.serve,
    tools.asm,
    tools.disasm,
    tools.cfg,
    tools.plugin,
    runs.run,
    runs.map_,
    runs.batch,
    verify.verify,
    verify.compare,
):
    main.add_command(command)
