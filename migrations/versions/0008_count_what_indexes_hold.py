"""Count what indexes hold."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_COUNT_PROJECTS = """
UPDATE project SET
  release_count = (
    SELECT count(*) FROM release WHERE project_id = project.id AND removed_at IS NULL
  ),
  file_count = (
    SELECT count(*) FROM file JOIN release ON release.id = file.release_id
    WHERE release.project_id = project.id AND release.removed_at IS NULL
    AND file.removed_at IS NULL AND file.quarantined_at IS NULL
  )
WHERE removed_at IS NULL AND status <> 'quarantined'
"""
_ADD_UP = """
INSERT INTO index_total (index_id, projects, releases, files)
SELECT index_id, count(*), sum(release_count), sum(file_count) FROM project
WHERE release_count IS NOT NULL GROUP BY index_id
"""


def upgrade() -> None:
    for column in ('release_count', 'file_count'):
        op.add_column('project', sa.Column(column, sa.Integer(), nullable=True))
    op.create_table('index_total',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('projects', sa.Integer(), nullable=False),
    sa.Column('releases', sa.Integer(), nullable=False),
    sa.Column('files', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_index_total_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', name=op.f('pk_index_total'))
    )
    op.execute(sa.text(_COUNT_PROJECTS))
    op.execute(sa.text(_ADD_UP))


def downgrade() -> None:
    op.drop_table('index_total')
    with op.batch_alter_table('project') as batch:
        for column in ('file_count', 'release_count'):
            batch.drop_column(column)
