"""The answers in a lesson's folder: the stub, the solution, and the wrong ones with why they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.lessons.files import Files
from app.lessons.lesson import Answer, WrongAnswer
from app.lessons.problems import Problem, problem

LEAST_WRONG = 3
"""Wrong answers a lesson has at least."""
KINDS = ("check", "category")
"""What a wrong answer may fail by: a check, or a category of the verifier's."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads answers; what is wrong is added to ``problems``."""

    files: Files
    documents: tuple[str, ...]
    problems: list[Problem]

    def named(self, name: str, otherwise: Answer | None = None) -> Answer:
        """``stub.bpf`` with ``stub.rules.yaml``; what is not there is ``otherwise``'s."""
        program = f"{name}.bpf"
        given = otherwise if program not in self.files.names else None
        source = given.source if given else self.files.text(program, self.problems)
        others = {}
        for document in self.documents:
            file = f"{name}.{document}"
            given = otherwise if file not in self.files.names else None
            others[document] = given.documents[document] if given else self.files.text(file, self.problems)
        return Answer(source, others)

    def wrong(self, solution: Answer) -> Iterator[WrongAnswer]:
        """Those in wrong/; what one leaves out is the solution's."""
        endings = (".bpf", *(f".{document}" for document in self.documents))
        stems = {
            name.removesuffix(ending)
            for name in self.files.names
            for ending in endings
            if name.startswith("wrong/") and name.endswith(ending)
        }
        if len(stems) < LEAST_WRONG:
            message = f"there are {len(stems)} wrong answers, where {LEAST_WRONG} are needed at least"
            self.problems.append(problem("wrong", "few-wrong", message, "what do learners get wrong here?"))
        for stem in sorted(stems):
            answer = self.named(stem, solution)
            first = next(f"{stem}{ending}" for ending in endings if f"{stem}{ending}" in self.files.names)
            kind, of, words = self._because(first)
            yield WrongAnswer(stem.removeprefix("wrong/"), answer, kind, of, words)

    def _because(self, file: str) -> tuple[str, str, str]:
        """Why a wrong answer fails, by its first line."""
        line = next(iter(self.files.text(file, self.problems).splitlines()), "")
        said = line.lstrip("#;/ ")
        head, _, words = said.partition(". ")
        kind, colon, of = head.partition(":")
        if not colon or kind.strip() not in KINDS:
            hint = "begin with `# check: <id>. Why it fails.` or `# category: memory. Why it fails.`"
            self.problems.append(problem(file, "no-reason", "this does not say why it must fail", hint, 1))
        return kind.strip(), of.strip().rstrip(".").replace(" ", "-"), words.strip()
