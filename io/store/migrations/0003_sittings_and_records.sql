-- SPDX-License-Identifier: MIT OR Apache-2.0
-- When the sitting began that a plan's time limit counts, and since when nobody has been there.
ALTER TABLE live_meetings ADD COLUMN began_at   INTEGER;
ALTER TABLE live_meetings ADD COLUMN emptied_at INTEGER;

-- When the DNS record of a domain was looked for last, and since when it was not there.
ALTER TABLE organisations ADD COLUMN checked_at    INTEGER;
ALTER TABLE organisations ADD COLUMN missing_since INTEGER;
