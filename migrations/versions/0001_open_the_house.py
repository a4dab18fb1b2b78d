"""Open the house."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=50), nullable=False),
    sa.Column('username_key', sa.String(length=50), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('session_key', sa.String(length=64), nullable=False),
    sa.Column('locale', sa.String(length=20), nullable=True),
    sa.Column('is_admin', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('username_key', name=op.f('uq_account_username_key'))
    )
    op.create_table('classifier',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_classifier')),
    sa.UniqueConstraint('name', name=op.f('uq_classifier_name'))
    )
    op.create_table('download_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('index_slug', sa.String(length=50), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('project', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'index_slug', 'filename', name=op.f('pk_download_day'))
    )
    with op.batch_alter_table('download_day', schema=None) as batch_op:
        batch_op.create_index('ix_download_day_project', ['index_slug', 'project', 'day'], unique=False)

    index = op.create_table('index',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=50), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('visibility', sa.String(length=10), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('last_serial', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_index')),
    sa.UniqueConstraint('slug', name=op.f('uq_index_slug'))
    )
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_due_at'), ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_state'), ['state'], unique=False)

    op.create_table('language',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_language')),
    sa.UniqueConstraint('name', name=op.f('uq_language_name'))
    )
    op.create_table('license',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=400), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_license')),
    sa.UniqueConstraint('name', name=op.f('uq_license_name'))
    )
    op.create_table('login_delay',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('blocked_until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_login_delay'))
    )
    with op.batch_alter_table('login_delay', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_delay_last_failed_at'), ['last_failed_at'], unique=False)

    counter = op.create_table('serial_counter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_serial_counter'))
    )
    op.create_table('setting',
    sa.Column('key', sa.String(length=100), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_setting'))
    )
    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('scope', sa.String(length=10), nullable=False),
    sa.Column('index_slug', sa.String(length=50), nullable=True),
    sa.Column('project', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_api_token_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_api_token_digest'))
    )
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_token_account_id'), ['account_id'], unique=False)

    op.create_table('email',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('address_key', sa.String(length=254), nullable=False),
    sa.Column('is_primary', sa.Boolean(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_email_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email')),
    sa.UniqueConstraint('address_key', name=op.f('uq_email_address_key'))
    )
    with op.batch_alter_table('email', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_email_account_id'), ['account_id'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tag', sa.String(length=60), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=50), nullable=False),
    sa.Column('index_slug', sa.String(length=50), nullable=True),
    sa.Column('project', sa.String(length=200), nullable=True),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('user_agent', sa.Text(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_event_account_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_project'), ['project'], unique=False)
        batch_op.create_index(batch_op.f('ix_event_tag'), ['tag'], unique=False)

    op.create_table('index_base',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('base_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['base_id'], ['index.id'], name=op.f('fk_index_base_base_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_index_base_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'base_id', name=op.f('pk_index_base'))
    )
    with op.batch_alter_table('index_base', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_index_base_base_id'), ['base_id'], unique=False)

    op.create_table('index_grant',
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('right', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_index_grant_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_index_grant_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('index_id', 'account_id', name=op.f('pk_index_grant'))
    )
    with op.batch_alter_table('index_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_index_grant_account_id'), ['account_id'], unique=False)

    op.create_table('project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.Column('lookalike', sa.String(length=200), nullable=False),
    sa.Column('status', sa.String(length=15), nullable=False),
    sa.Column('status_reason', sa.Text(), nullable=True),
    sa.Column('latest_release_id', sa.Integer(), nullable=True),
    sa.Column('last_serial', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_project_index_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project')),
    sa.UniqueConstraint('index_id', 'normalized_name', name=op.f('uq_project_index_id_normalized_name'))
    )
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_project_lookalike'), ['lookalike'], unique=False)
        batch_op.create_index(batch_op.f('ix_project_normalized_name'), ['normalized_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_project_updated_at'), ['updated_at'], unique=False)

    op.create_table('mail_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['email_id'], ['email.id'], name=op.f('fk_mail_link_email_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_mail_link_digest'))
    )
    with op.batch_alter_table('mail_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_link_email_id'), ['email_id'], unique=False)

    op.create_table('release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('canonical_version', sa.String(length=200), nullable=False),
    sa.Column('sort_key', sa.LargeBinary(), nullable=False),
    sa.Column('is_prerelease', sa.Boolean(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.Integer(), nullable=True),
    sa.Column('yanked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('yanked_reason', sa.Text(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('metadata_version', sa.String(length=5), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('description_html', sa.Text(), nullable=True),
    sa.Column('description_content_type', sa.String(length=200), nullable=True),
    sa.Column('keywords', sa.Text(), nullable=False),
    sa.Column('author', sa.Text(), nullable=False),
    sa.Column('author_email', sa.Text(), nullable=False),
    sa.Column('maintainer', sa.Text(), nullable=False),
    sa.Column('maintainer_email', sa.Text(), nullable=False),
    sa.Column('home_page', sa.Text(), nullable=False),
    sa.Column('download_url', sa.Text(), nullable=False),
    sa.Column('license_text', sa.Text(), nullable=False),
    sa.Column('license_expression', sa.Text(), nullable=True),
    sa.Column('license_id', sa.Integer(), nullable=True),
    sa.Column('requires_python', sa.Text(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['license_id'], ['license.id'], name=op.f('fk_release_license_id')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_release_project_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['published_by'], ['account.id'], name=op.f('fk_release_published_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('project_id', 'canonical_version', name=op.f('uq_release_project_id_canonical_version'))
    )
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_license_id'), ['license_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_release_published_at'), ['published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_release_published_by'), ['published_by'], unique=False)
        batch_op.create_index('ix_release_project_id_sort_key', ['project_id', 'sort_key'], unique=False)

    op.create_table('role',
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_role_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_role_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('project_id', 'account_id', name=op.f('pk_role'))
    )
    with op.batch_alter_table('role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_account_id'), ['account_id'], unique=False)

    op.create_table('dependency',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('requirement', sa.Text(), nullable=False),
    sa.Column('normalized_name', sa.String(length=200), nullable=False),
    sa.Column('extra', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_dependency_release_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dependency'))
    )
    with op.batch_alter_table('dependency', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_dependency_normalized_name'), ['normalized_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_dependency_release_id'), ['release_id'], unique=False)

    op.create_table('file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('index_id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('filetype', sa.String(length=20), nullable=False),
    sa.Column('python_tag', sa.String(length=100), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('blake2_256', sa.String(length=64), nullable=False),
    sa.Column('md5', sa.String(length=32), nullable=False),
    sa.Column('metadata_sha256', sa.String(length=64), nullable=True),
    sa.Column('requires_python', sa.Text(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by', sa.Integer(), nullable=True),
    sa.Column('uploaded_via', sa.Text(), nullable=False),
    sa.Column('quarantined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('quarantine_reason', sa.Text(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['index_id'], ['index.id'], name=op.f('fk_file_index_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_file_release_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['uploaded_by'], ['account.id'], name=op.f('fk_file_uploaded_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file')),
    sa.UniqueConstraint('index_id', 'filename', name=op.f('uq_file_index_id_filename'))
    )
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_file_blake2_256'), ['blake2_256'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_metadata_sha256'), ['metadata_sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_release_id'), ['release_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_uploaded_at'), ['uploaded_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_uploaded_by'), ['uploaded_by'], unique=False)

    op.create_table('project_url',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=100), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_project_url_release_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_url'))
    )
    with op.batch_alter_table('project_url', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_project_url_release_id'), ['release_id'], unique=False)

    op.create_table('release_classifier',
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('classifier_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['classifier_id'], ['classifier.id'], name=op.f('fk_release_classifier_classifier_id')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_release_classifier_release_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('release_id', 'classifier_id', name=op.f('pk_release_classifier'))
    )
    with op.batch_alter_table('release_classifier', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_classifier_classifier_id'), ['classifier_id'], unique=False)

    op.create_table('release_language',
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('language_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['language_id'], ['language.id'], name=op.f('fk_release_language_language_id')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_release_language_release_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('release_id', 'language_id', name=op.f('pk_release_language'))
    )
    with op.batch_alter_table('release_language', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_language_language_id'), ['language_id'], unique=False)

    op.bulk_insert(counter, [{"id": 1, "value": 0}])
    op.bulk_insert(
        index,
        [
            {
                "slug": "main",
                "title": "Main",
                "kind": "hosted",
                "visibility": "public",
                "settings": {},
                "generation": 1,
                "last_serial": 0,
                "created_at": datetime.now(UTC),
            }
        ],
    )


def downgrade() -> None:
    with op.batch_alter_table('release_language', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_release_language_language_id'))

    op.drop_table('release_language')
    with op.batch_alter_table('release_classifier', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_release_classifier_classifier_id'))

    op.drop_table('release_classifier')
    with op.batch_alter_table('project_url', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_project_url_release_id'))

    op.drop_table('project_url')
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_file_uploaded_by'))
        batch_op.drop_index(batch_op.f('ix_file_uploaded_at'))
        batch_op.drop_index(batch_op.f('ix_file_sha256'))
        batch_op.drop_index(batch_op.f('ix_file_release_id'))
        batch_op.drop_index(batch_op.f('ix_file_metadata_sha256'))
        batch_op.drop_index(batch_op.f('ix_file_blake2_256'))

    op.drop_table('file')
    with op.batch_alter_table('dependency', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_dependency_release_id'))
        batch_op.drop_index(batch_op.f('ix_dependency_normalized_name'))

    op.drop_table('dependency')
    with op.batch_alter_table('role', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_account_id'))

    op.drop_table('role')
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.drop_index('ix_release_project_id_sort_key')
        batch_op.drop_index(batch_op.f('ix_release_published_by'))
        batch_op.drop_index(batch_op.f('ix_release_published_at'))
        batch_op.drop_index(batch_op.f('ix_release_license_id'))

    op.drop_table('release')
    with op.batch_alter_table('mail_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_link_email_id'))

    op.drop_table('mail_link')
    with op.batch_alter_table('project', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_project_updated_at'))
        batch_op.drop_index(batch_op.f('ix_project_normalized_name'))

    op.drop_table('project')
    with op.batch_alter_table('index_grant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_index_grant_account_id'))

    op.drop_table('index_grant')
    with op.batch_alter_table('index_base', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_index_base_base_id'))

    op.drop_table('index_base')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_tag'))
        batch_op.drop_index(batch_op.f('ix_event_project'))
        batch_op.drop_index(batch_op.f('ix_event_at'))
        batch_op.drop_index(batch_op.f('ix_event_account_id'))

    op.drop_table('event')
    with op.batch_alter_table('email', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_email_account_id'))

    op.drop_table('email')
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_token_account_id'))

    op.drop_table('api_token')
    op.drop_table('setting')
    op.drop_table('serial_counter')
    with op.batch_alter_table('login_delay', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_delay_last_failed_at'))

    op.drop_table('login_delay')
    op.drop_table('license')
    op.drop_table('language')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_state'))
        batch_op.drop_index(batch_op.f('ix_job_due_at'))

    op.drop_table('job')
    op.drop_table('index')
    with op.batch_alter_table('download_day', schema=None) as batch_op:
        batch_op.drop_index('ix_download_day_project')

    op.drop_table('download_day')
    op.drop_table('classifier')
    op.drop_table('account')
