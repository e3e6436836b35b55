"""What all parts of a lesson's files share: keys have hyphens, and an unknown one is a mistake."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LESSON_ID = r"^[a-z]-[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$"
LessonId = Annotated[str, StringConstraints(pattern=LESSON_ID, max_length=80)]
"""``b-10-the-value-that-may-not-be-there``: track's letter, place, subject; its folder's name too."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""``counts-udp``."""
FileName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$", max_length=80)
]
"""A file in the lesson's own folder: no way to any other."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$", max_length=64)]
"""A map, a variable, a label, a program of the learner's text."""
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Part(BaseModel):
    """A part of a file."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
        validate_by_name=False,
        validate_by_alias=True,
    )
