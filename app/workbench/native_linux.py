"""Linux's own image of a program beside the kernel form: asked of this machine, or as it was recorded."""

from collections.abc import Sequence

from app.linux.bpf import kernel_version, unavailable
from app.schemas.native import LinuxFunctionView, LinuxReply, LinuxRequest
from app.verdicts import refused_map
from app.workbench.native import listing
from app.workbench.native_align import aligned, decoded
from app.workbench.native_asked import image
from app.workbench.native_recorded import recorded
from app.workbench.native_views import MOST
from app.workbench.verdict import programs_of
from app.workers.process import room_for_a_runner
from vm.jit.runner import runner
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.source import HookscopeError

NOT_RECORDED = (
    "Linux's image is recorded for the built-in examples only. Start Hookscope on your own machine, as root, "
    "with `hookscope serve --ask-kernel`, and its kernel can be asked for this one."
)


def linux(text: str, forbidden: str) -> str:
    """A LinuxRequest answered by a LinuxReply, as JSON; ``forbidden``: why the kernel may not be asked."""
    request = LinuxRequest.model_validate_json(text)
    why = forbidden or unavailable() or ""
    with room_for_a_runner():
        native = runner.unavailable() or ""
    empty = LinuxReply(
        revision=request.revision,
        source="",
        release="",
        functions=[],
        same=0,
        address=0,
        other=0,
        why=why,
        may_ask=not why,
        native=native,
    )
    programs = programs_of(request.source, request.hook)
    if not programs:
        return empty.model_dump_json()
    program = programs[min(max(request.program, 0), len(programs) - 1)]
    try:
        return _answer(program, request, empty).model_dump_json()
    except HookscopeError as error:
        said = f"{error.diagnostic.message}. {error.diagnostic.hint or ''}".strip()
        return empty.model_copy(update={"why": said}).model_dump_json()


def _answer(program: Program, request: LinuxRequest, empty: LinuxReply) -> LinuxReply:
    refused_map(program)
    compiled = compile_program(program) if len(program.slots) <= MOST else None
    if not isinstance(compiled, Compiled):
        return empty.model_copy(update={"why": "There is no kernel form to compare with."})
    if request.live and empty.may_ask:
        return _beside(compiled, image(program), request, empty, "asked", kernel_version())
    found = recorded(program)
    if found is None:
        return empty.model_copy(update={"why": NOT_RECORDED if empty.why else ""})
    return _beside(compiled, found.functions, request, empty, "recorded", found.release)


def _beside(
    compiled: Compiled,
    functions: Sequence[bytes],
    request: LinuxRequest,
    empty: LinuxReply,
    source: str,
    release: str,
) -> LinuxReply:
    views = []
    for number, ours in enumerate(listing(compiled, request.syntax)):
        code = functions[number] if number < len(functions) else b""
        views.append(LinuxFunctionView(size=len(code), pairs=aligned(ours, decoded(code, request.syntax))))
    kinds = [pair.differs for view in views for pair in view.pairs]
    told = {
        "functions": views,
        "source": source,
        "release": release.split("-")[0],
        "same": kinds.count(""),
        "address": kinds.count("address"),
        "other": kinds.count("other"),
    }
    return empty.model_copy(update=told)
