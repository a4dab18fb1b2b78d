"""Give the back office its facts: frozen accounts, size limits, prohibited names."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

QUARANTINED = (
    ('ix_project_quarantined', 'project', 'normalized_name', "status = 'quarantined'"),
    ('ix_file_quarantined', 'file', 'release_id', 'quarantined_at IS NOT NULL'),
)


def upgrade() -> None:
    op.create_table('prohibited_name',
    sa.Column('normalized_name', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('prohibited_by', sa.Integer(), nullable=True),
    sa.Column('prohibited_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['prohibited_by'], ['account.id'], name=op.f('fk_prohibited_name_prohibited_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('normalized_name', name=op.f('pk_prohibited_name'))
    )
    op.create_index(op.f('ix_prohibited_name_prohibited_by'), 'prohibited_name', ['prohibited_by'], unique=False)
    # Without a batch: no table is copied for columns that may be empty.
    op.add_column('account', sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('account', sa.Column('frozen_reason', sa.Text(), server_default='', nullable=False))
    op.add_column('project', sa.Column('max_file_bytes', sa.BigInteger(), nullable=True))
    op.add_column('project', sa.Column('max_total_bytes', sa.BigInteger(), nullable=True))
    op.add_column('event', sa.Column('about', sa.String(length=50), nullable=True))
    for name, table, column, condition in QUARANTINED:
        where = sa.text(condition)
        op.create_index(name, table, [column], unique=False, sqlite_where=where, postgresql_where=where)
    op.execute("UPDATE event SET about = details ->> 'username'")
    op.create_index(op.f('ix_event_about'), 'event', ['about'], unique=False)
    op.create_index(op.f('ix_event_actor'), 'event', ['actor'], unique=False)


def downgrade() -> None:
    for name, table, _column, _condition in QUARANTINED:
        op.drop_index(name, table_name=table)
    op.drop_index(op.f('ix_event_actor'), table_name='event')
    op.drop_index(op.f('ix_event_about'), table_name='event')
    for table, column in (
        ('event', 'about'), ('project', 'max_total_bytes'), ('project', 'max_file_bytes'),
        ('account', 'frozen_reason'), ('account', 'frozen_at'),
    ):
        op.drop_column(table, column)
    op.drop_index(op.f('ix_prohibited_name_prohibited_by'), table_name='prohibited_name')
    op.drop_table('prohibited_name')
