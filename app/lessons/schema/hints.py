"""hints.yaml: what is said when."""

from typing import Annotated, Any

from pydantic import Field, RootModel, model_validator

from app.lessons.schema.base import Name, Part, Slug, Words
from vm.verifier.category import Category


class When(Part):
    """All keys given must hold of the latest attempt."""

    check: Slug | None = None
    """This check fails."""
    got: Any = None
    """… and what it got is this."""
    category: Category | None = None
    """The verifier refuses the program for this."""
    at: Name | None = None
    """… behind this label."""
    says: Annotated[str, Field(max_length=200)] | None = None
    """… with these words in the kernel's line."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 1
    """… for at least so many attempts."""
    assembles: bool | None = None
    """``false``: the text does not assemble."""

    @model_validator(mode="after")
    def _is_about_something(self) -> "When":
        if not self.model_fields_set - {"attempts"}:
            raise ValueError("a hint needs an occasion; write `check:`, `category:` or `assembles: false`")
        return self


class Hint(Part):
    """``text`` is Markdown; several for one occasion go from vague to specific."""

    when: When
    text: Words


class Hints(RootModel[Annotated[tuple[Hint, ...], Field(max_length=60)]]):
    """The whole file: a list."""
