"""Number the list of names, sort names by their bytes, and give the database an identity."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('index', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('names_serial', sa.BigInteger(), nullable=False, server_default='0')
        )
    op.execute(sa.text('UPDATE "index" SET names_serial = last_serial'))
    with op.batch_alter_table('index', schema=None) as batch_op:
        batch_op.alter_column('names_serial', server_default=None)
    _collate('C')
    setting = sa.table('setting', sa.column('key', sa.String()), sa.column('value', sa.JSON()))
    op.bulk_insert(setting, [{'key': 'installation', 'value': secrets.token_hex(16)}])
    op.create_index(
        'ix_project_names', 'project', ['index_id', 'normalized_name', 'removed_at', 'status', 'name']
    )


def downgrade() -> None:
    op.drop_index('ix_project_names', 'project')
    op.execute(sa.text("DELETE FROM setting WHERE key = 'installation'"))
    _collate('default')
    with op.batch_alter_table('index', schema=None) as batch_op:
        batch_op.drop_column('names_serial')


def _collate(collation: str) -> None:
    # SQLite compares bytes anyway.
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(sa.text(
            f'ALTER TABLE project ALTER COLUMN normalized_name TYPE VARCHAR(200) COLLATE "{collation}"'
        ))
