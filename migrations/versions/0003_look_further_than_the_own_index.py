"""Look further than the own index: upstreams, bases, claims, policies, promotions."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reserved_pattern',
    sa.Column('pattern', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reserved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('pattern', name=op.f('pk_reserved_pattern'))
    )
    op.create_table('known_name',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('normalized_name', sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_known_name_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'normalized_name', name=op.f('pk_known_name')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('known_name', schema=None) as batch_op:
        batch_op.create_index('ix_known_name_rank', ['rank'], unique=False, sqlite_where=sa.text('rank IS NOT NULL'), postgresql_where=sa.text('rank IS NOT NULL'))

    op.create_table('mirror_day',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('files', sa.Integer(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_mirror_day_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'day', name=op.f('pk_mirror_day'))
    )
    op.create_table('mirrored_detail',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('serial', sa.BigInteger(), nullable=False),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_mirrored_detail_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'normalized_name', 'version', name=op.f('pk_mirrored_detail'))
    )
    op.create_table('mirrored_file',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('metadata_sha256', sa.String(length=64), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('was', sa.String(length=64), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_pinned', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_mirrored_file_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'address', 'filename', name=op.f('pk_mirrored_file'))
    )
    with op.batch_alter_table('mirrored_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mirrored_file_metadata_sha256'), ['metadata_sha256'], unique=False)
        batch_op.create_index('ix_mirrored_file_project', ['index_id', 'normalized_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_mirrored_file_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_mirrored_file_used_at'), ['used_at'], unique=False)

    op.create_table('mirrored_project',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.Column('serial', sa.BigInteger(), nullable=False),
    sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_url', sa.Text(), nullable=True),
    sa.Column('etag', sa.Text(), nullable=True),
    sa.Column('last_modified', sa.String(length=100), nullable=True),
    sa.Column('body_sha256', sa.String(length=64), nullable=True),
    sa.Column('document', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_mirrored_project_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'normalized_name', name=op.f('pk_mirrored_project'))
    )
    with op.batch_alter_table('mirrored_project', schema=None) as batch_op:
        batch_op.create_index('ix_mirrored_project_state', ['index_id', 'fetched_at', 'body_sha256'], unique=False)

    op.create_table('mirrored_stray',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_mirrored_stray_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'filename', 'normalized_name', name=op.f('pk_mirrored_stray'))
    )
    op.create_table('name_claim',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('claimed_by', sa.Integer(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['claimed_by'], ['account.id'], name=op.f('fk_name_claim_claimed_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_name_claim_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'normalized_name', name=op.f('pk_name_claim'))
    )
    with op.batch_alter_table('name_claim', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_name_claim_claimed_by'), ['claimed_by'], unique=False)

    op.create_table('policy_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('pattern', sa.String(length=200), nullable=False),
    sa.Column('specifier', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_policy_rule_index_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['made_by'], ['account.id'], name=op.f('fk_policy_rule_made_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_rule')),
    sa.UniqueConstraint(
        'index_id', 'kind', 'pattern', 'specifier', name=op.f('uq_policy_rule_index_id_kind_pattern_specifier')
    )
    )
    with op.batch_alter_table('policy_rule', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_policy_rule_index_id'), ['index_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_policy_rule_made_by'), ['made_by'], unique=False)

    op.create_table('promotion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_slug', sa.String(length=50), nullable=False),
    sa.Column('target_slug', sa.String(length=50), nullable=False),
    sa.Column('project', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=50), nullable=False),
    sa.Column('files', sa.JSON(), nullable=False),
    sa.Column('promoted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_promotion_account_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion'))
    )
    with op.batch_alter_table('promotion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_promotion_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_promotion_project'), ['project'], unique=False)
        batch_op.create_index(batch_op.f('ix_promotion_promoted_at'), ['promoted_at'], unique=False)

    op.create_table('upstream_state',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('is_up', sa.Boolean(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=False),
    sa.Column('names_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('names_count', sa.Integer(), nullable=False),
    sa.Column('names_etag', sa.Text(), nullable=True),
    sa.Column('names_sha256', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_upstream_state_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', name=op.f('pk_upstream_state'))
    )
    with op.batch_alter_table('index', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('floor_serial', sa.BigInteger(), nullable=False, server_default='0')
        )
        batch_op.add_column(sa.Column('upstream_url', sa.String(length=500), nullable=True))
    with op.batch_alter_table('index', schema=None) as batch_op:
        batch_op.alter_column('floor_serial', server_default=None)
    _furnish()



def downgrade() -> None:
    _clear()
    with op.batch_alter_table('index', schema=None) as batch_op:
        batch_op.drop_column('upstream_url')
        batch_op.drop_column('floor_serial')

    op.drop_table('upstream_state')
    with op.batch_alter_table('promotion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_promotion_promoted_at'))
        batch_op.drop_index(batch_op.f('ix_promotion_project'))
        batch_op.drop_index(batch_op.f('ix_promotion_account_id'))

    op.drop_table('promotion')
    with op.batch_alter_table('policy_rule', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_policy_rule_made_by'))
        batch_op.drop_index(batch_op.f('ix_policy_rule_index_id'))

    op.drop_table('policy_rule')
    with op.batch_alter_table('name_claim', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_name_claim_claimed_by'))

    op.drop_table('name_claim')
    op.drop_table('mirrored_stray')
    with op.batch_alter_table('mirrored_project', schema=None) as batch_op:
        batch_op.drop_index('ix_mirrored_project_state')

    op.drop_table('mirrored_project')
    with op.batch_alter_table('mirrored_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mirrored_file_used_at'))
        batch_op.drop_index(batch_op.f('ix_mirrored_file_sha256'))
        batch_op.drop_index('ix_mirrored_file_project')
        batch_op.drop_index(batch_op.f('ix_mirrored_file_metadata_sha256'))

    op.drop_table('mirrored_file')
    op.drop_table('mirrored_detail')
    op.drop_table('mirror_day')
    with op.batch_alter_table('known_name', schema=None) as batch_op:
        batch_op.drop_index('ix_known_name_rank')

    op.drop_table('known_name')
    op.drop_table('reserved_pattern')


_index = sa.table(
    'index',
    *(sa.column(name) for name in ('id', 'slug', 'title', 'kind', 'visibility')),
    *(sa.column(name) for name in ('generation', 'last_serial', 'names_serial', 'floor_serial')),
    sa.column('settings', sa.JSON()),
    sa.column('created_at', sa.DateTime(timezone=True)),
)
_base = sa.table(
    'index_base', sa.column('index_id'), sa.column('base_id'), sa.column('position')
)
_project = sa.table('project', sa.column('index_id'))


def _furnish() -> None:
    """Set up the mirror of the public index behind `main`, and a place before it."""
    visibility = op.get_bind().scalar(
        sa.select(_index.c.visibility).where(_index.c.slug == 'main')
    )
    if visibility is None:
        return
    for slug, title, kind in (('pypi', 'PyPI', 'mirror'), ('staging', 'Staging', 'hosted')):
        if _number(slug) is None:
            op.bulk_insert(_index, [{
                'slug': slug, 'title': title, 'kind': kind, 'visibility': visibility,
                'settings': {}, 'generation': 1, 'created_at': datetime.now(UTC),
                'last_serial': 0, 'names_serial': 0, 'floor_serial': 0,
            }])
    for slug, base in (('main', 'pypi'), ('staging', 'main')):
        op.bulk_insert(_base, [
            {'index_id': _number(slug), 'base_id': _number(base), 'position': 1}
        ])


def _clear() -> None:
    """Remove mirrors, which nothing knew before, and the place before `main` if it is empty."""
    used = sa.select(_project.c.index_id)
    gone = sa.select(_index.c.id).where(
        sa.or_(
            _index.c.kind == 'mirror',
            sa.and_(_index.c.slug == 'staging', _index.c.id.not_in(used)),
        )
    )
    numbers = list(op.get_bind().scalars(gone))
    op.execute(sa.delete(_base))
    op.execute(sa.delete(_index).where(_index.c.id.in_(numbers)))


def _number(slug: str) -> int | None:
    return op.get_bind().scalar(sa.select(_index.c.id).where(_index.c.slug == slug))
