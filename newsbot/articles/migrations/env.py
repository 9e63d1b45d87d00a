"""Run by Alembic: always online, on the connection (and in the transaction) that `migrations.upgrade` hands over."""

from alembic import context

from newsbot.articles.migrations.comparison import belongs_to_the_models
from newsbot.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,  # empty but in the test that compares: migrations don't depend on today's models
    render_as_batch=True,
    transactional_ddl=True,
    include_name=belongs_to_the_models,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
