"""Keep what was removed for a while, and let rules say what goes."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_TRASH = 'removed_at IS NOT NULL AND freed_at IS NULL'
# Before, a release and its files were removed one after another, in the same moment.
_MOMENT = timedelta(seconds=1)

_file = sa.table('file', sa.column('id'), sa.column('release_id'), sa.column('removed_at', sa.DateTime(timezone=True)))
_release = sa.table('release', sa.column('id'), sa.column('removed_at', sa.DateTime(timezone=True)))
_setting = sa.table('setting', sa.column('key'), sa.column('value', sa.JSON()))


def upgrade() -> None:
    op.add_column('file', sa.Column('freed_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_file_trash', 'file', ['removed_at'], sqlite_where=sa.text(_TRASH), postgresql_where=sa.text(_TRASH))
    op.create_table('retention_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('pattern', sa.String(length=200), nullable=False),
    sa.Column('keep_newest', sa.Integer(), nullable=True),
    sa.Column('downloaded_days', sa.Integer(), nullable=True),
    sa.Column('prerelease_days', sa.Integer(), nullable=True),
    sa.Column('age_days', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_retention_rule_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_rule')),
    sa.UniqueConstraint('index_id', 'pattern', name=op.f('uq_retention_rule_index_id_pattern'))
    )
    _align_removals(op.get_bind())
    # What was removed before there was a trash stays as long as what is removed from now on.
    now = datetime.now(UTC).isoformat()
    op.execute(_setting.insert().values(key='trash.since', value=now))


def downgrade() -> None:
    op.execute(_setting.delete().where(_setting.c.key.in_(['trash.since', 'retention.is_on'])))
    op.drop_table('retention_rule')
    op.drop_index('ix_file_trash', table_name='file')
    with op.batch_alter_table('file') as batch:
        batch.drop_column('freed_at')


def _align_removals(connection: sa.Connection) -> None:
    """Let files that were removed with their release have its time, by which they are found."""
    wanted = (
        sa.select(_file.c.id, _file.c.removed_at, _release.c.removed_at)
        .join(_release, _release.c.id == _file.c.release_id)
        .where(_file.c.removed_at != _release.c.removed_at)
    )
    for number, removed_at, release_removed_at in connection.execute(wanted).all():
        if abs(release_removed_at - removed_at) < _MOMENT:
            same = _file.update().where(_file.c.id == number)
            connection.execute(same.values(removed_at=release_removed_at))
