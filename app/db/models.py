"""The tables. Documents are JSON exactly as the wire has them; the database only finds and counts them."""

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base of all tables."""


class Workspace(Base):
    """The latest state of a workbench."""

    __tablename__ = "workspace"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    inputs: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[str] = mapped_column(String(40))


class Revision(Base):
    """An earlier save, kept so that nothing typed is lost."""

    __tablename__ = "revision"
    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    inputs: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[str] = mapped_column(String(40))


class Link(Base):
    """An immutable snapshot; its id is the hash of its content."""

    __tablename__ = "link"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    made_at: Mapped[str] = mapped_column(String(40))


class ManifestsRow(Base):
    """The YAML of a workspace: metric rules, policies and their cluster."""

    __tablename__ = "manifests"
    workspace_id: Mapped[str] = mapped_column(
        ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    )
    document: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[str] = mapped_column(String(40))


class ProgressRow(Base):
    """What a learner has done in a lesson; the learner is a name that the browser drew."""

    __tablename__ = "progress"
    learner: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson: Mapped[str] = mapped_column(String(80), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[str] = mapped_column(String(40))
