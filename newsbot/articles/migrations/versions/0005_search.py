"""The analyser's words beside the index that they stand in, and each word of the archive once."""

import sqlalchemy as sa
from alembic import op

revision = "0005_search"
down_revision = "0004_desk"
branch_labels = None
depends_on = None

big_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "article_words",
        sa.Column("article_id", big_id, autoincrement=False, nullable=False),
        sa.Column("analyser", sa.Integer, nullable=False),
        words("headline"),
        words("kicker"),
        words("lead"),
        words("topics"),
        words("body"),
        sa.PrimaryKeyConstraint("article_id", name="pk_article_words"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_words_article_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "search_words",
        sa.Column("word", word, nullable=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("sound", word, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_search_words"),
        sqlite_with_rowid=False,
    )
    # What is indexed so far is searched as it is until the program has indexed it anew: as by an analyser of version 1.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "INSERT INTO article_words (article_id, analyser, headline, kicker, body, topics) "
            "SELECT rowid, 1, headline, kicker, body, topics FROM article_search ORDER BY rowid"
        )
        op.execute("DROP TABLE article_search")
        op.execute(
            "CREATE VIRTUAL TABLE article_search USING fts5(headline, kicker, lead, body, topics, "
            "content = 'article_words', content_rowid = 'article_id', columnsize = 0, "
            """tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'")"""
        )
        op.execute("INSERT INTO article_search (article_search) VALUES ('rebuild')")
    else:
        op.execute("INSERT INTO article_words (article_id, analyser) SELECT article_id, 1 FROM article_search")
    op.create_index("ix_article_words_analyser", "article_words", ["analyser", "article_id"])
    op.create_index("ix_search_words_sound", "search_words", ["sound", "articles"])


def downgrade() -> None:
    for table in ("search_words", "article_words"):
        op.drop_table(table)
