"""The YAML that belongs to a workspace: metric rules, policies and their cluster."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "manifests",
        sa.Column(
            "workspace_id", sa.String(32), sa.ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("manifests")
