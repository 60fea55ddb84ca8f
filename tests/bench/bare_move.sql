-- The bare transaction of a move, as lean as PostgreSQL can have it: one UPDATE of column and rank,
-- one INSERT of history.
\set contact random(:first_contact, :last_contact)
\set column random(:first_column, :last_column)
\set rank random(1, 9000000000000000)
BEGIN;
UPDATE pipeline_card
SET column_id = :column, rank = 'p' || (:rank)::text || '-' || (:client_id)::text, version = version + 1
WHERE contact_id = :contact;
INSERT INTO pipeline_move
    (account_id, contact_id, from_column_id, to_column_id, from_name, to_name, from_rank, version, via, at)
VALUES (:account, :contact, :column, :column, 'a', 'b', '', (:rank)::bigint % 2000000000 + 1000, 'board', now());
COMMIT;
