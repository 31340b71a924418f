-- SPDX-License-Identifier: MIT OR Apache-2.0
-- Times are seconds since 1970. A column that ends in _mac holds an HMAC-SHA-256 under the installation's key: what it stands
-- for (phone number, customer of a payment provider, code) is kept nowhere.
CREATE TABLE accounts (
    number          INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of lists; never used again
    id              BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    name            TEXT    NOT NULL,
    search_name     TEXT    NOT NULL, -- the name in lower case
    standing        TEXT    NOT NULL DEFAULT 'good' CHECK (standing IN ('good', 'limited', 'suspended', 'terminated')),
    standing_reason TEXT,
    standing_until  INTEGER,
    denies_until    INTEGER, -- until when nobody may come with what is bound to it
    granted_plan    TEXT    NOT NULL DEFAULT 'free' CHECK (granted_plan IN ('free', 'paid')), -- by the operator
    paid_until      INTEGER, -- by payments
    is_operator     INTEGER NOT NULL DEFAULT 0 CHECK (is_operator IN (0, 1)),
    is_invited      INTEGER NOT NULL DEFAULT 0 CHECK (is_invited IN (0, 1)),
    created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX accounts_by_operator ON accounts (number) WHERE is_operator = 1;

CREATE TABLE identity_bindings (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id   BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind         TEXT    NOT NULL CHECK (kind IN ('email', 'phone', 'oidc', 'organisation', 'payment', 'voucher')),
    issuer       TEXT,
    subject_mac  BLOB    NOT NULL UNIQUE CHECK (length(subject_mac) = 32), -- over the kind as well
    label        TEXT    NOT NULL, -- what the owner knows it by: an e-mail address, a provider's name, the end of a phone number
    domain       TEXT,             -- of an e-mail address
    assurance    INTEGER NOT NULL DEFAULT 0 CHECK (assurance BETWEEN 0 AND 3),
    verified_at  INTEGER NOT NULL,
    expires_at   INTEGER,
    verification TEXT              -- JSON: "verified_claims.verification" of OpenID, never the claims
) STRICT;

CREATE INDEX bindings_by_account ON identity_bindings (account_id);
CREATE INDEX bindings_by_address ON identity_bindings (label) WHERE kind = 'email';

CREATE TABLE passkeys (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    credential_id BLOB    NOT NULL UNIQUE,
    credential    BLOB    NOT NULL,
    name          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER
) STRICT;

CREATE INDEX passkeys_by_account ON passkeys (account_id);

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    account_id   BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    signed_in_by TEXT    NOT NULL CHECK (signed_in_by IN ('passkey', 'email', 'oidc', 'operator_link')),
    device       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    auth_time    INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_use ON sessions (last_used_at);

-- Something begun that its beginner has to finish soon, once.
CREATE TABLE ceremonies (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    purpose     TEXT    NOT NULL,
    account_id  BLOB    REFERENCES accounts (id) ON DELETE CASCADE,
    subject_mac BLOB    CHECK (subject_mac IS NULL OR length(subject_mac) = 32),
    code_mac    BLOB    CHECK (code_mac IS NULL OR length(code_mac) = 32),
    state       BLOB    NOT NULL,
    guesses     INTEGER NOT NULL DEFAULT 0,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX ceremonies_by_account ON ceremonies (account_id);
CREATE INDEX ceremonies_by_end ON ceremonies (expires_at);

CREATE TABLE limits (
    limit_key    BLOB    NOT NULL PRIMARY KEY CHECK (length(limit_key) = 32),
    attempts     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX limits_by_end ON limits (forgotten_at);

-- Who was banned does not come back with the same phone number, address, payment or OpenID subject. Outlives the account.
CREATE TABLE denied_subjects (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    subject_mac BLOB    NOT NULL UNIQUE CHECK (length(subject_mac) = 32),
    kind        TEXT    NOT NULL CHECK (kind IN ('email', 'phone', 'oidc', 'payment', 'voucher')),
    account_id  BLOB    REFERENCES accounts (id) ON DELETE SET NULL,
    created_at  INTEGER NOT NULL,
    denied_until INTEGER NOT NULL
) STRICT;

CREATE INDEX denied_by_account ON denied_subjects (account_id);
CREATE INDEX denied_by_end ON denied_subjects (denied_until);

CREATE TABLE vouchers (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    code_hash   BLOB    NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    account_id  BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE, -- who vouches
    state       TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'redeemed', 'withdrawn', 'lost')),
    redeemed_by BLOB    REFERENCES accounts (id) ON DELETE SET NULL,
    binding_id  INTEGER REFERENCES identity_bindings (id) ON DELETE SET NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX vouchers_by_account ON vouchers (account_id);
CREATE INDEX vouchers_by_redeemer ON vouchers (redeemed_by);
CREATE INDEX vouchers_by_binding ON vouchers (binding_id);

-- Domains that belong to an organisation for certain. Whoever has an e-mail address there belongs to it.
CREATE TABLE organisations (
    domain      TEXT    NOT NULL PRIMARY KEY,
    proof       TEXT    NOT NULL CHECK (proof IN ('dns', 'operator', 'removed')), -- removed: no record proves it again
    proved_by   BLOB    REFERENCES accounts (id) ON DELETE SET NULL,
    proved_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX organisations_by_account ON organisations (proved_by);

CREATE TABLE organisation_claims (
    account_id BLOB    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    domain     TEXT    NOT NULL,
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, domain)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    subject_mac BLOB    NOT NULL UNIQUE CHECK (length(subject_mac) = 32),
    address     TEXT    NOT NULL,
    invited_by  BLOB    REFERENCES accounts (id) ON DELETE SET NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX invitations_by_account ON invitations (invited_by);

-- Which account pays as which customer.
CREATE TABLE payment_customers (
    customer_mac BLOB NOT NULL PRIMARY KEY CHECK (length(customer_mac) = 32),
    account_id   BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX customers_by_account ON payment_customers (account_id);

-- The plan is what follows from all of them, whatever the order in which they came.
CREATE TABLE payment_events (
    id               TEXT    NOT NULL PRIMARY KEY, -- the provider's: a replay is known by it
    customer_mac     BLOB    NOT NULL CHECK (length(customer_mac) = 32),
    subscription_mac BLOB    CHECK (subscription_mac IS NULL OR length(subscription_mac) = 32),
    kind             TEXT    NOT NULL,
    paid_until       INTEGER,
    happened_at      INTEGER NOT NULL, -- by the provider's clock
    received_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_events_by_customer ON payment_events (customer_mac);

-- Mail that was not sent for want of a relay.
CREATE TABLE mails (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    subject_mac BLOB    NOT NULL CHECK (length(subject_mac) = 32), -- of the address
    address     TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX mails_by_subject ON mails (subject_mac);

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    actor    BLOB    REFERENCES accounts (id) ON DELETE SET NULL, -- none for the installation itself
    action   TEXT    NOT NULL,
    about    BLOB    REFERENCES accounts (id) ON DELETE SET NULL,
    detail   TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_by_actor ON audit (actor);
CREATE INDEX audit_by_account ON audit (about);

-- At most one: what makes its holder the operator, once.
CREATE TABLE operator_link (
    only_one   INTEGER PRIMARY KEY CHECK (only_one = 1),
    token_hash BLOB    NOT NULL CHECK (length(token_hash) = 32),
    expires_at INTEGER NOT NULL
) STRICT;

ALTER TABLE meetings ADD COLUMN owner     BLOB    REFERENCES accounts (id) ON DELETE CASCADE;
ALTER TABLE meetings ADD COLUMN title     TEXT;
ALTER TABLE meetings ADD COLUMN starts_at INTEGER;
ALTER TABLE meetings ADD COLUMN minutes   INTEGER CHECK (minutes > 0);
ALTER TABLE meetings ADD COLUMN has_lobby INTEGER NOT NULL DEFAULT 0 CHECK (has_lobby IN (0, 1));
ALTER TABLE meetings ADD COLUMN people    INTEGER CHECK (people > 0);

CREATE INDEX meetings_by_owner ON meetings (owner) WHERE owner IS NOT NULL;

-- An account with all that the policy asks about, in one row.
CREATE VIEW account_facts AS
SELECT a.number, a.id, a.name, a.search_name, a.standing, a.standing_reason, a.standing_until, a.granted_plan, a.paid_until,
       a.is_operator, a.is_invited, a.created_at,
       (SELECT json_group_array(json_object(
            'id', b.id, 'kind', b.kind, 'issuer', b.issuer, 'label', b.label, 'assurance', b.assurance,
            'verified_at', b.verified_at, 'expires_at', b.expires_at, 'verification', json(b.verification),
            'organisation', (SELECT o.domain FROM organisations o WHERE o.domain = b.domain AND o.proof <> 'removed')) ORDER BY b.id)
        FROM identity_bindings b WHERE b.account_id = a.id) AS bindings
FROM accounts a;
