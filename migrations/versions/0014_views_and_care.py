"""The views of all that analysts ask for, and the indexes by which articles can be removed.

Without these, each removed article, event or story had all rows of another table looked through.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = (("articles", "copy_of"), ("signature_bands", "article_id"), ("hits", "event_id"), ("stories", "merged_into"),
           ("feedback", "story_id"), ("story_decisions", "other_id"), ("addresses", "article_id"))
NAMES = ("v_articles", "v_partners", "v_organisations", "v_stories", "v_deliveries", "v_sources")

SQLITE = (
    """CREATE VIEW v_articles AS
SELECT a.id AS article_id,
       a.story_id AS story_id,
       a.published_at AS published_at,
       a.seen_at AS seen_at,
       a.title AS title,
       a.url AS url,
       a.source_id AS source,
       s.name AS outlet,
       s.country AS country,
       a.language AS language,
       a.updated_at AS updated_at,
              (SELECT group_concat(item, '; ') FROM (SELECT value AS item FROM json_each(a.authors) ORDER BY
           key)) AS authors,
       a.section AS section,
       a.paywalled AS paywalled,
       a.version AS version,
       a.copy_of AS copy_of,
              (SELECT group_concat(item, '; ') FROM (SELECT key AS item FROM json_each(a.topics) ORDER BY
           value DESC, key)) AS topics,
       (SELECT max(score) FROM hits h WHERE h.article_id = a.id) AS score,
       a.text AS text
FROM articles a JOIN sources s ON s.id = a.source_id""",
    """CREATE VIEW v_partners AS
SELECT o1.name AS organisation,
       o2.name AS partner,
       e.id AS event_id,
       a.id AS article_id,
       a.story_id AS story_id,
       a.published_at AS published_at,
       a.seen_at AS seen_at,
       a.title AS title,
       a.url AS url,
       a.source_id AS source,
       e.type AS type,
       e.status AS status,
              (SELECT group_concat(item, '; ') FROM (SELECT value AS item FROM json_each(e.topics) ORDER BY
           key)) AS topics,
       e.score AS score,
       e.sentence AS sentence
FROM events e JOIN articles a ON a.id = e.article_id
JOIN event_parties p1 ON p1.event_id = e.id JOIN organisations o1 ON o1.id = p1.organisation_id
JOIN event_parties p2 ON p2.event_id = e.id AND p2.organisation_id <> p1.organisation_id
JOIN organisations o2 ON o2.id = p2.organisation_id
WHERE e.family = 'alliance'""",
    """CREATE VIEW v_organisations AS
SELECT o.id AS organisation_id,
       o.name AS name,
       o.type AS type,
       o.country AS country,
       o.parent AS parent,
       o.known AS known,
       (SELECT count(DISTINCT m.article_id) FROM mentions m WHERE m.organisation_id = o.id) AS articles,
              (SELECT count(DISTINCT a.story_id) FROM event_parties p JOIN events e ON e.id = p.event_id JOIN
           articles a ON a.id = e.article_id
                WHERE p.organisation_id = o.id AND e.family = 'alliance' AND e.status IN ('announced',
            'planned', 'rumoured')) AS alliances,
              (SELECT min(a.published_at) FROM event_parties p JOIN events e ON e.id = p.event_id JOIN
           articles a ON a.id = e.article_id
                WHERE p.organisation_id = o.id AND e.family = 'alliance' AND e.status IN ('announced',
            'planned', 'rumoured')) AS first_alliance_at,
              (SELECT max(a.published_at) FROM event_parties p JOIN events e ON e.id = p.event_id JOIN
           articles a ON a.id = e.article_id
                WHERE p.organisation_id = o.id AND e.family = 'alliance' AND e.status IN ('announced',
            'planned', 'rumoured')) AS last_alliance_at
FROM organisations o""",
    """CREATE VIEW v_stories AS
SELECT st.id AS story_id,
       st.title AS title,
       st.first_seen_at AS first_seen_at,
       st.last_seen_at AS last_seen_at,
       st.article_count AS articles,
       st.source_count AS outlets,
       st.independent_count AS independent,
       (SELECT max(score) FROM hits h WHERE h.story_id = st.id) AS score,
              (SELECT group_concat(item, '; ') FROM (SELECT rule AS item FROM hits h WHERE h.story_id = st.id
           GROUP BY rule ORDER BY rule)) AS rules
FROM stories st
WHERE st.merged_into IS NULL""",
    """CREATE VIEW v_deliveries AS
SELECT d.id AS delivery_id,
       d.kind AS kind,
       d.route AS route,
       d.channel AS channel,
       d.state AS state,
       d.created_at AS created_at,
       d.sent_at AS sent_at,
       d.attempts AS attempts,
       d.error AS error,
       d.hit_id AS hit_id,
       d.story_id AS story_id,
       st.title AS title,
       d.digest_id AS digest_id
FROM deliveries d LEFT JOIN stories st ON st.id = d.story_id""",
    """CREATE VIEW v_sources AS
SELECT s.id AS source,
       s.name AS outlet,
       s.country AS country,
       s.language AS language,
       s.enabled AS enabled,
       s.added_at AS added_at,
       s.last_polled_at AS last_polled_at,
       s.last_new_at AS last_new_at,
       s.next_due_at AS next_due_at,
       s.failures AS failures,
       s.failing_since AS failing_since,
       s.outcome AS outcome,
       s.reason AS reason,
       (SELECT count(*) FROM articles a WHERE a.source_id = s.id) AS articles
FROM sources s""",
)
POSTGRESQL = (
    """CREATE VIEW v_articles AS
SELECT a.id AS article_id,
       a.story_id AS story_id,
       a.published_at AS published_at,
       a.seen_at AS seen_at,
       a.title AS title,
       a.url AS url,
       a.source_id AS source,
       s.name AS outlet,
       s.country AS country,
       a.language AS language,
       a.updated_at AS updated_at,
              (SELECT string_agg(item, '; ') FROM (SELECT item FROM jsonb_array_elements_text(a.authors) WITH
           ORDINALITY AS t(item, at) ORDER BY at) AS items) AS authors,
       a.section AS section,
       a.paywalled AS paywalled,
       a.version AS version,
       a.copy_of AS copy_of,
              (SELECT string_agg(item, '; ') FROM (SELECT key AS item FROM jsonb_each(a.topics) ORDER BY value
           DESC, key) AS items) AS topics,
       (SELECT max(score) FROM hits h WHERE h.article_id = a.id) AS score,
       a.text AS text
FROM articles a JOIN sources s ON s.id = a.source_id""",
    """CREATE VIEW v_partners AS
SELECT o1.name AS organisation,
       o2.name AS partner,
       e.id AS event_id,
       a.id AS article_id,
       a.story_id AS story_id,
       a.published_at AS published_at,
       a.seen_at AS seen_at,
       a.title AS title,
       a.url AS url,
       a.source_id AS source,
       e.type AS type,
       e.status AS status,
              (SELECT string_agg(item, '; ') FROM (SELECT item FROM jsonb_array_elements_text(e.topics) WITH
           ORDINALITY AS t(item, at) ORDER BY at) AS items) AS topics,
       e.score AS score,
       e.sentence AS sentence
FROM events e JOIN articles a ON a.id = e.article_id
JOIN event_parties p1 ON p1.event_id = e.id JOIN organisations o1 ON o1.id = p1.organisation_id
JOIN event_parties p2 ON p2.event_id = e.id AND p2.organisation_id <> p1.organisation_id
JOIN organisations o2 ON o2.id = p2.organisation_id
WHERE e.family = 'alliance'""",
    """CREATE VIEW v_organisations AS
SELECT o.id AS organisation_id,
       o.name AS name,
       o.type AS type,
       o.country AS country,
       o.parent AS parent,
       o.known AS known,
       (SELECT count(DISTINCT m.article_id) FROM mentions m WHERE m.organisation_id = o.id) AS articles,
              (SELECT count(DISTINCT a.story_id) FROM event_parties p JOIN events e ON e.id = p.event_id JOIN
           articles a ON a.id = e.article_id
                WHERE p.organisation_id = o.id AND e.family = 'alliance' AND e.status IN ('announced',
            'planned', 'rumoured')) AS alliances,
              (SELECT min(a.published_at) FROM event_parties p JOIN events e ON e.id = p.event_id JOIN
           articles a ON a.id = e.article_id
                WHERE p.organisation_id = o.id AND e.family = 'alliance' AND e.status IN ('announced',
            'planned', 'rumoured')) AS first_alliance_at,
              (SELECT max(a.published_at) FROM event_parties p JOIN events e ON e.id = p.event_id JOIN
           articles a ON a.id = e.article_id
                WHERE p.organisation_id = o.id AND e.family = 'alliance' AND e.status IN ('announced',
            'planned', 'rumoured')) AS last_alliance_at
FROM organisations o""",
    """CREATE VIEW v_stories AS
SELECT st.id AS story_id,
       st.title AS title,
       st.first_seen_at AS first_seen_at,
       st.last_seen_at AS last_seen_at,
       st.article_count AS articles,
       st.source_count AS outlets,
       st.independent_count AS independent,
       (SELECT max(score) FROM hits h WHERE h.story_id = st.id) AS score,
              (SELECT string_agg(item, '; ') FROM (SELECT rule AS item FROM hits h WHERE h.story_id = st.id
           GROUP BY rule ORDER BY rule COLLATE "C") AS items) AS rules
FROM stories st
WHERE st.merged_into IS NULL""",
    """CREATE VIEW v_deliveries AS
SELECT d.id AS delivery_id,
       d.kind AS kind,
       d.route AS route,
       d.channel AS channel,
       d.state AS state,
       d.created_at AS created_at,
       d.sent_at AS sent_at,
       d.attempts AS attempts,
       d.error AS error,
       d.hit_id AS hit_id,
       d.story_id AS story_id,
       st.title AS title,
       d.digest_id AS digest_id
FROM deliveries d LEFT JOIN stories st ON st.id = d.story_id""",
    """CREATE VIEW v_sources AS
SELECT s.id AS source,
       s.name AS outlet,
       s.country AS country,
       s.language AS language,
       s.enabled AS enabled,
       s.added_at AS added_at,
       s.last_polled_at AS last_polled_at,
       s.last_new_at AS last_new_at,
       s.next_due_at AS next_due_at,
       s.failures AS failures,
       s.failing_since AS failing_since,
       s.outcome AS outcome,
       s.reason AS reason,
       (SELECT count(*) FROM articles a WHERE a.source_id = s.id) AS articles
FROM sources s""",
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for view in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(view)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP VIEW {name}")
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)
