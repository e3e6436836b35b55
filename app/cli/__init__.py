"""The ``hookscope`` command; one file per family of verbs, loaded when its verb is asked for."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import click

from vm.source import HookscopeError

VERBS: Mapping[str, str] = {
    "serve": "serve:serve",
    "asm": "tools:asm",
    "disasm": "tools:disasm",
    "cfg": "tools:cfg",
    "plugin": "plugin:plugin",
    "run": "runs:run",
    "map": "runs:map_",
    "batch": "runs:batch",
    "simulate": "simulate:simulate",
    "verify": "verify:verify",
    "compare": "verify:compare",
    "jit": "jit:jit",
    "lessons": "lessons:lessons",
}
"""Verb → file:function."""


class _Refused(click.ClickException):
    """What cannot be done with this input: one line on standard error, and status 1."""

    def __init__(self, error: HookscopeError) -> None:
        super().__init__(str(error.diagnostic))

    def show(self, file: object = None) -> None:
        """Prints the diagnostic as it is: it says itself that it is an error."""
        click.echo(self.message, err=True)


class _Verbs(click.Group):
    """Loads the verb that is asked for; one place for the errors of all."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """All verbs, in the order of the help."""
        return list(VERBS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The verb, or None where there is none."""
        if name not in VERBS:
            return None
        module, _, function = VERBS[name].partition(":")
        found: click.Command = getattr(import_module(f"app.cli.{module}"), function)
        return found

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
